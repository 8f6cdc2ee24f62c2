// What is kept of a stream past the limit: its last part in memory, or all of it in a file of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/byte_sink.hpp"
#include "model/event.hpp"
#include "report/bounded_tail.hpp"

namespace oversee::report {

struct SpillFile {
  model::ByteSink* sink;  // stays the giver's
  std::string path;
};

struct OverflowPolicy {
  std::optional<std::uint64_t> most_kept;  // bytes of a stream of an attempt; none: all
  // Where the rest goes; none: it cannot be had, and the rest is truncated. Unset: truncate.
  std::function<std::optional<SpillFile>(model::Stream)> spill = {};
};

// One stream of the attempts of a run, one attempt at a time.
class Overflow {
 public:
  Overflow(const OverflowPolicy& policy, model::Stream stream) : policy_(policy), stream_(stream) {}

  // Whether a record of so many bytes still belongs to the log itself. From the first that does not, none does, so that
  // their order stays.
  bool fits(std::size_t size) { return !policy_.most_kept || fits_within(*policy_.most_kept, size); }

  // Whether chunks can be spilled as they are, without a look at their lines.
  bool spilling() const { return spill_.has_value(); }
  // Returns how many newlines they hold.
  std::uint64_t spill(std::string_view bytes);

  // A record that does not fit: the command's text, between a stamp and an end that are the log's.
  void add(std::string_view stamp, std::string_view text, std::string_view end);

  // Of the attempt; the lines in all are the log's to count.
  model::StreamTally tally(std::uint64_t lines) const;

  // The key and the text of the line that says what is not in the log; an empty text: all is.
  struct Remark {
    std::string_view key;
    std::string text;
  };
  Remark remark() const;

  // What is kept of the end, oldest first, to be written behind the remark.
  std::pair<std::string_view, std::string_view> tail() const;

  // The next attempt's start.
  void reset();

 private:
  bool fits_within(std::uint64_t most, std::size_t size);

  const OverflowPolicy& policy_;
  model::Stream stream_;
  std::uint64_t head_ = 0;           // bytes that fitted
  std::optional<BoundedTail> tail_;  // once one did not
  std::optional<SpillFile> spill_;
  std::uint64_t spilled_bytes_ = 0;
  std::uint64_t spilled_lines_ = 0;
  std::uint64_t spilled_before_ = 0;  // by earlier attempts, to the same file
};

}  // namespace oversee::report
