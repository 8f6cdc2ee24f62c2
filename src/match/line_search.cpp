// Searches whole lines, many at a time.
#include "match/line_search.hpp"

#include <re2/re2.h>

#include <utility>

namespace oversee::match {
namespace {

// RE2 rebuilds a pattern's automata when they exceed this size.
constexpr int kMostMemory = 4 * 1024 * 1024;

// Whether the pattern may refer to the ends of the whole text, treat $ and ^ as such, or match a newline as any byte.
// Among other lines such a pattern would depend on where the stream was split. A false positive only costs time.
bool sees_other_lines(std::string_view pattern) {
  for (const char* word : {"\\A", "\\z", "\\C"}) {
    if (pattern.contains(word)) return true;
  }
  for (std::size_t at = pattern.find("(?"); at != std::string_view::npos; at = pattern.find("(?", at + 1)) {
    const std::string_view flags = pattern.substr(at + 2);
    if (flags.substr(0, flags.find_first_not_of("imsU-")).contains('-')) return true;
  }
  return false;
}

}  // namespace

model::Parsed<Pattern> Pattern::compile(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_nl(true);
  options.set_max_mem(kMostMemory);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // as bytes: output need not be UTF-8
  // The group keeps flags and alternatives of the user inside; `alone` refuses an unclosed group or comment that would
  // swallow its end.
  auto compiled = std::make_unique<re2::RE2>("(?m)(?:" + std::string(text) + ")", options);
  auto alone = re2::RE2(std::string(text), options);
  if (!compiled->ok() || !alone.ok()) {
    const std::string& why = alone.ok() ? compiled->error() : alone.error();
    return std::unexpected(model::ValueError{std::string(text), "a regular expression as RE2 reads it: " + why});
  }
  return Pattern(std::string(text), std::move(compiled));
}

Pattern::Pattern(std::string text, std::unique_ptr<re2::RE2> compiled)
    : text_(std::move(text)), alone_(sees_other_lines(text_)), compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::found_in(std::string_view lines) const {
  if (!alone_) return found_in_piece(lines);
  for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    if (found_in_piece(lines.substr(0, end))) return true;
    lines.remove_prefix(end + 1);
  }
  return found_in_piece(lines);
}

bool Pattern::found_in_piece(std::string_view piece) const {
  return re2::RE2::PartialMatch(re2::StringPiece(piece.data(), piece.size()), *compiled_);
}

void LineSearch::feed(std::string_view bytes) {
  if (found_) return;
  const std::size_t last = bytes.rfind('\n');
  if (last != std::string_view::npos) {
    std::string_view lines = bytes.substr(0, last);
    if (!unfinished_.empty()) {
      const std::size_t first = bytes.find('\n');
      unfinished_ += bytes.substr(0, first);
      look(unfinished_);
      unfinished_.clear();
      lines = first == last ? std::string_view() : lines.substr(first + 1);
      if (first != last) look(lines);
    } else {
      look(lines);
    }
    bytes.remove_prefix(last + 1);
  }
  unfinished_ += bytes;
  if (unfinished_.size() <= kLongestLine) return;
  look(unfinished_);
  unfinished_.erase(0, unfinished_.size() - kOverlap);
}

void LineSearch::finish() {
  if (!unfinished_.empty()) look(std::exchange(unfinished_, {}));
}

void LineSearch::reset() {
  unfinished_.clear();
  found_ = false;
}

}  // namespace oversee::match
