// What is to be masked in texts and streams: known values, and what patterns match.
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

// Values and patterns. A match lies within a line. Matches that overlap or touch become one ***.
class Masks {
 public:
  // A shorter value would mask too much of what is no secret.
  static constexpr std::size_t kShortest = 4;

  // Each line of the value is masked by itself, but for lines that are blank or shorter than kShortest. Returns whether
  // any is masked.
  bool add_value(std::string_view value);

  // Refuses what RE2 does not read, and says why.
  model::Parsed<void> add_pattern(std::string_view text);

  bool empty() const { return starts_.empty() && loose_.empty(); }
  // How many lines of values are masked.
  std::size_t values() const { return values_; }

  // A whole text.
  std::string masked(std::string_view text) const;

 private:
  friend class MaskFilter;

  // A mask that begins with known bytes: a value is nothing else, a pattern is to be matched there.
  struct Start {
    std::string text;
    std::size_t first = 0;  // the offsets of its two rarest bytes, in their order
    std::size_t second = 0;
    std::optional<std::size_t> pattern = {};
  };
  // A pattern, and what is known of its matches.
  struct Masking {
    Pattern pattern;
    std::optional<Pattern::Range> range;
    std::uint8_t lowest = 0;  // the first byte of a match lies between these
    std::uint8_t highest = 255;
  };

  void add_start(std::string text, std::optional<std::size_t> pattern);
  static bool may_begin(const Masking& masking, std::string_view tail);

  std::vector<Start> starts_;
  std::vector<std::uint8_t> pairs_;  // the first two bytes of each start
  std::vector<Masking> patterns_;
  std::vector<std::size_t> loose_;  // of the patterns, those that have no start
  std::size_t values_ = 0;
  std::size_t longest_ = 0;  // of the starts
};

// One stream that comes in pieces. Holds back what may be the beginning of a match: at most the longest value, and for
// patterns kLongestMatch bytes. A match of up to that length is found wherever the stream is cut.
class MaskFilter {
 public:
  static constexpr std::size_t kLongestMatch = 16 * 1024;

  // The masks outlive this; more may be added between two calls.
  explicit MaskFilter(const Masks& masks) : masks_(&masks) {}

  // Told piece by piece what can be passed on; the bytes are dead when the call returns.
  using PassOn = std::function<void(std::string_view)>;
  void feed(std::string_view bytes, const PassOn& pass_on);

  // Whether something is held back.
  bool holds() const { return sent_ < pending_.size(); }
  // Passes on what is held back. It is remembered: of a match that began with it, the rest is still masked.
  void release(const PassOn& pass_on);
  // The stream is at its end. Another may begin.
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
  std::string pending_;              // the line that is being written, from where a match may still begin
  std::size_t from_ = 0;             // where that is: behind a byte that counts for ^ and \b, or at the line's start
  std::size_t sent_ = 0;             // up to here it was passed on
  bool after_mask_ = false;          // the last that was passed on was ***, and what it stands for ended there
  std::vector<std::size_t> resume_;  // in `pending_`: where each pattern's next match may begin
  std::vector<std::size_t> next_;    // the same while one text is searched
  std::vector<Found> found_;
  std::string text_;  // that was `pending_`
  std::string output_;
};

}  // namespace oversee::match
