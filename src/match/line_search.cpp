// Searches whole lines, many at a time.
#include "match/line_search.hpp"

#include <re2/re2.h>

#include <utility>

namespace oversee::match {
namespace {

// RE2 rebuilds a pattern's automata when they exceed this size.
constexpr int kMostMemory = 4 * 1024 * 1024;

// Length of the texts that bound the matches of a pattern.
constexpr int kRangeLength = 16;

re2::RE2::Options options_for_bytes() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_nl(true);
  options.set_max_mem(kMostMemory);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // as bytes: output need not be UTF-8
  return options;
}

// The group keeps flags and alternatives of the user inside.
std::string by_lines(std::string_view pattern) { return "(?m)(?:" + std::string(pattern) + ")"; }

// Drops the conditions on word borders. The result matches everything that the pattern matches, and more.
std::string without_word_borders(std::string_view pattern) {
  std::string relaxed;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '\\' || at + 1 == pattern.size()) {
      relaxed += pattern[at];
      continue;
    }
    const char next = pattern[++at];
    if (next == 'b' || next == 'B') {
      relaxed += "(?:)";
    } else {
      relaxed.append(1, '\\').append(1, next);
    }
  }
  return relaxed;
}

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
  const re2::RE2::Options options = options_for_bytes();
  // `alone` refuses an unclosed group or comment that would swallow the end of the group around it.
  auto compiled = std::make_unique<re2::RE2>(by_lines(text), options);
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

std::optional<Span> Pattern::find(std::string_view text, std::size_t from, std::size_t to) const {
  return match(text, from, to, false);
}

std::optional<Span> Pattern::find_at(std::string_view text, std::size_t from, std::size_t to) const {
  return match(text, from, to, true);
}

std::optional<Span> Pattern::match(std::string_view text, std::size_t from, std::size_t to, bool at_from) const {
  re2::StringPiece found;
  const auto anchor = at_from ? re2::RE2::ANCHOR_START : re2::RE2::UNANCHORED;
  if (!compiled_->Match(re2::StringPiece(text.data(), text.size()), from, to, anchor, &found, 1)) return {};
  const auto begin = static_cast<std::size_t>(found.data() - text.data());
  return Span{begin, begin + found.size()};
}

std::optional<Pattern::Range> Pattern::range() const {
  if (alone_ || text_.contains("\\Q")) return {};
  const re2::RE2 relaxed(by_lines(without_word_borders(text_)), options_for_bytes());
  Range range;
  if (!relaxed.ok() || !relaxed.PossibleMatchRange(&range.least, &range.greatest, kRangeLength)) return {};
  return range;
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
