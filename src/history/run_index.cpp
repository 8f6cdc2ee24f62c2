// Writes, reads and compacts the index.
#include "history/run_index.hpp"

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "history/run_id.hpp"

namespace oversee::history {
namespace {

// ID, inode, status, "flaky" or "-", name, labels, ".". The last field shows that the line is whole.
constexpr char kBetweenFields = '\t';
constexpr std::string_view kEndOfLine = "\t.";

// One write(2) of this size is not split. A longer line would save little: few runs have such labels.
constexpr std::size_t kLongestLine = 1024;
constexpr std::size_t kReadAtOnce = 256 * 1024;

constexpr std::string_view kEscaped = "\\\t\n";
constexpr std::string_view kEscapes = "\\tn";

void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    const std::size_t which = kEscaped.find(c);
    if (which != std::string_view::npos) line += '\\';
    line += which == std::string_view::npos ? c : kEscapes[which];
  }
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    const std::size_t which = escape ? kEscapes.find(text[i + 1]) : std::string_view::npos;
    plain += which == std::string_view::npos ? text[i] : kEscaped[which];
    if (which != std::string_view::npos) ++i;
  }
  return plain;
}

// Removes the first field of the text and returns it; empty if no field follows it.
std::string_view take_field(std::string_view& text) {
  const std::size_t end = text.find(kBetweenFields);
  if (end == std::string_view::npos) return {};
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(end + 1);
  return field;
}

// Passes on each line that ends in a newline, without it. A line longer than the buffer is not one of ours.
void read_lines(int file, const std::function<void(std::string_view line)>& take) {
  std::vector<char> buffer(kReadAtOnce);
  std::size_t filled = 0;
  for (;;) {
    const ssize_t size = ::read(file, buffer.data() + filled, buffer.size() - filled);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    filled += static_cast<std::size_t>(size);
    std::string_view rest(buffer.data(), filled);
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      if (end != 0) take(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    filled = rest.size() == buffer.size() ? 0 : rest.size();
    std::memmove(buffer.data(), rest.data(), filled);
  }
}

}  // namespace

std::string IndexEntry::name() const { return unescape(escaped_name); }

bool IndexEntry::any_label(const std::function<bool(std::string_view label)>& is_asked) const {
  for (std::string_view rest = escaped_labels; !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view label = rest.substr(0, rest.find(kBetweenFields));
    if (label.contains('\\') ? is_asked(unescape(label)) : is_asked(label)) return true;
    rest.remove_prefix(label.size());
  }
  return false;
}

// Begins with a newline too, so that a torn line before it ends there.
std::string index_line(const RunRecord& record, std::uint64_t inode) {
  std::string line = fmt::format("\n{}\t{}\t{}\t{}\t", record.id, inode, record.status, record.flaky ? "flaky" : "-");
  append_escaped(line, record.name);
  for (const auto& [key, value] : record.labels) {
    line += kBetweenFields;
    append_escaped(line, key);
    line += '=';
    append_escaped(line, value);
  }
  line += kEndOfLine;
  line += '\n';
  return line.size() <= kLongestLine ? line : std::string();
}

std::optional<IndexEntry> parse_index_line(std::string_view text) {
  if (text.size() > kLongestLine || !text.ends_with(kEndOfLine)) return {};
  text.remove_suffix(1);  // leaves a tab behind the last field
  IndexEntry entry;
  entry.id = take_field(text);
  const std::string_view inode = take_field(text);
  const auto [end, error] = std::from_chars(inode.data(), inode.data() + inode.size(), entry.inode);
  entry.status = take_field(text);
  const std::string_view flaky = take_field(text);
  const std::size_t name = text.find(kBetweenFields);
  const bool whole = entry.id.size() == kRunIdSize && error == std::errc{} && end == inode.data() + inode.size() &&
                     entry.inode != 0 && !entry.status.empty() && (flaky == "flaky" || flaky == "-") &&
                     name != std::string_view::npos;
  if (!whole) return {};
  entry.flaky = flaky == "flaky";
  entry.escaped_name = text.substr(0, name);
  entry.escaped_labels = text.substr(name, text.size() - name - 1);
  return entry;
}

// Reads the record's own text, so that a line never says anything else than the record.
void add_to_index(const RunDirectory& directory, const std::string& id, std::string_view document) {
  const auto record = parse_record(document, directory, id);
  if (!record || !record->ended()) return;
  const auto look = directory.look(id + std::string(kRecordSuffix));
  if (!look || !look->is_regular || look->bytes != document.size()) return;
  const std::string line = index_line(*record, look->inode);
  if (line.empty()) return;
  const auto file = directory.open_to_append(kIndexName);
  if (file) (void)!::write(file->get(), line.data(), line.size());
}

void read_index(const RunDirectory& directory, const std::function<void(const IndexEntry& entry)>& take) {
  const auto file = directory.open_to_read(kIndexName);
  if (!file) return;
  read_lines(file->get(), [&](std::string_view line) {
    if (const auto entry = parse_index_line(line)) take(*entry);
  });
}

void compact_index(const RunDirectory& directory, const std::function<bool(std::string_view id)>& stays) {
  const auto file = directory.open_to_read(kIndexName);
  if (!file) {
    if (file.error().error != ENOENT) (void)directory.remove(kIndexName);
    return;
  }
  // Another cleaner compacts it, or did so before the lock was taken.
  if (::flock(file->get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return;
  struct stat status {};
  const auto now = directory.look(kIndexName);
  if (!now || ::fstat(file->get(), &status) != 0 || status.st_ino != now->inode) return;
  std::string kept;
  bool all = true;
  read_lines(file->get(), [&](std::string_view line) {
    const auto entry = parse_index_line(line);
    if (entry && is_run_id(entry->id) && stays(entry->id)) {
      kept.append(line) += '\n';
    } else {
      all = false;
    }
  });
  if (all && !kept.empty()) return;
  if (kept.empty() || !directory.replace(kIndexName, kept)) (void)directory.remove(kIndexName);
}

}  // namespace oversee::history
