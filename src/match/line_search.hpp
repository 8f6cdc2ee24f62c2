// Searches the lines of a chunked stream for a regular expression; nothing else includes RE2.
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

// The part of a text from the byte `begin` up to the byte `end`.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Span&) const = default;
};

// A compiled pattern in RE2's syntax. ^ and $ match at line ends; a match never spans lines.
class Pattern {
 public:
  // Rejects a pattern that RE2 cannot parse, with RE2's reason.
  static model::Parsed<Pattern> compile(std::string_view text);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool found_in(std::string_view lines) const;
  const std::string& text() const { return text_; }

  // The first match that begins at or after `from` and ends at or before `to`. The surrounding text counts for ^, $ and
  // \b. With is_alone() the text must be one line.
  std::optional<Span> find(std::string_view text, std::size_t from, std::size_t to) const;
  // The same for a match that begins exactly at `from`.
  std::optional<Span> find_at(std::string_view text, std::size_t from, std::size_t to) const;

  // Whether the pattern refers to the ends of the text, so that each line must be searched separately.
  bool is_alone() const { return alone_; }

  // Two texts between which every match lies, compared by bytes; none if RE2 cannot tell.
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
  bool alone_;  // each line must be searched separately
  std::unique_ptr<re2::RE2> compiled_;
};

// Searches one stream in bounded memory: a line longer than the bound is split, and a match across two pieces is found
// if it fits in the overlap.
class LineSearch {
 public:
  // The pattern must outlive this object.
  explicit LineSearch(const Pattern& pattern) : pattern_(&pattern) {}

  void feed(std::string_view bytes);
  // Ends the stream and its last line.
  void finish();
  bool found() const { return found_; }
  // Call before another stream.
  void reset();

  static constexpr std::size_t kLongestLine = 64 * 1024;
  static constexpr std::size_t kOverlap = 4 * 1024;

 private:
  void look(std::string_view lines) { found_ = found_ || pattern_->found_in(lines); }

  const Pattern* pattern_;
  std::string unfinished_;  // the incomplete line
  bool found_ = false;
};

}  // namespace oversee::match
