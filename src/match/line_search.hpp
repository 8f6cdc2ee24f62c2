// Looks for a regular expression in the lines of a stream that comes in chunks; nothing else includes RE2.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/value_error.hpp"

namespace re2 {
class RE2;
}

namespace oversee::match {

// Where something was found in a text: from the byte `begin` up to `end`.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Span&) const = default;
};

// A pattern in RE2's syntax, ready to be looked for. ^ and $ are a line's; a match never goes beyond one.
class Pattern {
 public:
  // Refuses what RE2 does not read, and says why.
  static model::Parsed<Pattern> compile(std::string_view text);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool found_in(std::string_view lines) const;
  const std::string& text() const { return text_; }

  // The first match that begins at `from` or behind it and ends at `to` or before it. What stands around these counts
  // for ^, $ and \b. With is_alone() the text must be one line.
  std::optional<Span> find(std::string_view text, std::size_t from, std::size_t to) const;
  // The same for a match that begins at `from`.
  std::optional<Span> find_at(std::string_view text, std::size_t from, std::size_t to) const;

  // It speaks of the ends of the text: each line must be searched by itself.
  bool is_alone() const { return alone_; }

  // Two texts between which every match lies, in the order of their bytes; none where that is not known.
  struct Range {
    std::string least;
    std::string greatest;
  };
  std::optional<Range> range() const;

 private:
  Pattern(std::string text, std::unique_ptr<re2::RE2> compiled);

  bool found_in_piece(std::string_view piece) const;
  std::optional<Span> match(std::string_view text, std::size_t from, std::size_t to, bool at_from) const;

  std::string text_;
  bool alone_;  // each line is to be looked at alone
  std::unique_ptr<re2::RE2> compiled_;
};

// One stream. Memory is bounded: of a line that is longer than the bound a match is found where it lies in one piece,
// or across two of them by no more than the overlap.
class LineSearch {
 public:
  // The pattern outlives this.
  explicit LineSearch(const Pattern& pattern) : pattern_(&pattern) {}

  void feed(std::string_view bytes);
  // The stream is at its end, and so is its last line.
  void finish();
  bool found() const { return found_; }
  // Another stream begins.
  void reset();

  static constexpr std::size_t kLongestLine = 64 * 1024;
  static constexpr std::size_t kOverlap = 4 * 1024;

 private:
  void look(std::string_view lines) { found_ = found_ || pattern_->found_in(lines); }

  const Pattern* pattern_;
  std::string unfinished_;  // the line that is being written
  bool found_ = false;
};

}  // namespace oversee::match
