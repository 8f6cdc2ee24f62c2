// Masks secrets in texts and streams: known values, and matches of patterns.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/line_search.hpp"
#include "model/value_error.hpp"

namespace oversee::match {

// Values and patterns to mask. A match lies within a line. Matches that overlap or touch become one ***.
class Masks {
 public:
  // A shorter value would mask too much text that is not secret.
  static constexpr std::size_t kShortest = 4;

  // Masks each line of the value separately, except lines that are blank or shorter than kShortest. Returns whether any
  // line is masked.
  bool add_value(std::string_view value);

  // Rejects a pattern that RE2 cannot parse, with the reason.
  model::Parsed<void> add_pattern(std::string_view text);

  bool empty() const { return starts_.empty() && loose_.empty(); }
  // The number of masked lines of values.
  std::size_t values() const { return values_; }

  // Masks a complete text.
  std::string masked(std::string_view text) const;

 private:
  friend class MaskFilter;

  // A mask that begins with known bytes: the whole of a value, or a place at which a pattern must be tried.
  struct Start {
    std::string text;
    std::size_t first = 0;  // the offsets of its two rarest bytes, in ascending order
    std::size_t second = 0;
    std::optional<std::size_t> pattern = {};
  };
  // A pattern, and the known properties of its matches.
  struct Masking {
    Pattern pattern;
    std::optional<Pattern::Range> range;
    std::uint8_t lowest = 0;  // the bounds of a match's first byte
    std::uint8_t highest = 255;
  };

  void add_start(std::string text, std::optional<std::size_t> pattern);
  static bool may_begin(const Masking& masking, std::string_view tail);

  std::vector<Start> starts_;
  std::vector<std::uint8_t> pairs_;  // the first two bytes of each start
  std::vector<Masking> patterns_;
  std::vector<std::size_t> loose_;  // the patterns without a start
  std::size_t values_ = 0;
  std::size_t longest_ = 0;  // the length of the longest start
};

// Masks one stream that arrives in pieces. Buffers a possible beginning of a match: at most the longest value, or
// kLongestMatch bytes for patterns. Finds a match of up to that length wherever the stream is split.
class MaskFilter {
 public:
  static constexpr std::size_t kLongestMatch = 16 * 1024;

  // The masks must outlive this object; masks may be added between two calls.
  explicit MaskFilter(const Masks& masks) : masks_(&masks) {}

  // Receives the masked text piece by piece; the bytes are valid only during the call.
  using PassOn = std::function<void(std::string_view)>;
  void feed(std::string_view bytes, const PassOn& pass_on);

  // Whether bytes are buffered.
  bool holds() const { return sent_ < pending_.size(); }
  // Passes on the buffered bytes, but remembers them: if a match began with them, its rest is still masked.
  void release(const PassOn& pass_on);
  // Ends the stream. Another may begin.
  void finish(const PassOn& pass_on);

 private:
  struct Found : Span {
    std::optional<std::size_t> pattern;
  };

  bool pattern_may_begin(std::string_view bytes) const;
  void join_and_pass_on(std::string_view bytes, const PassOn& pass_on);
  void pass_on_all_but_held(std::string_view text, std::size_t from, std::size_t sent, const PassOn& pass_on);
  void find_all(std::string_view text, std::size_t from);
  void find_starts(std::string_view text, std::size_t from);
  std::size_t look_at_all(std::string_view text, std::size_t at, std::size_t end);
  void look_at(std::string_view text, std::size_t at);
  void find_loose(std::string_view text, std::size_t from);
  void find_in_lines(std::string_view text, std::size_t from, std::size_t which);
  std::size_t hold_from(std::string_view text, std::size_t from) const;
  std::size_t pass(std::string_view text, std::size_t sent, std::size_t cut, const PassOn& pass_on);
  void keep(std::string_view text, std::size_t cut, std::size_t sent);

  const Masks* masks_;
  std::string pending_;      // the incomplete line, from the first byte at which a match may begin
  std::size_t from_ = 0;     // the offset of that byte: after one that counts for ^ and \b, or at the line's start
  std::size_t sent_ = 0;     // the offset up to which it was passed on
  bool after_mask_ = false;  // the last output was ***, and its match ended there
  std::vector<std::size_t> resume_;  // for each pattern the offset in `pending_` at which its next match may begin
  std::vector<std::size_t> next_;    // the same during the search of one text
  std::vector<Found> found_;
  std::string text_;  // the former `pending_`
  std::string output_;
};

}  // namespace oversee::match
