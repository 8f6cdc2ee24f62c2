// A stream's output past the limit: its last part is kept in memory, or all of it in a separate file.
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
  model::ByteSink* sink;  // owned by the caller
  std::string path;
};

struct OverflowPolicy {
  std::optional<std::uint64_t> most_kept;  // bytes per stream and attempt; empty: no limit
  // Opens the file for the rest; an empty result means that it failed, and the rest is truncated. Unset: truncate.
  std::function<std::optional<SpillFile>(model::Stream)> spill = {};
};

// One stream of a run, reset for each attempt.
class Overflow {
 public:
  Overflow(const OverflowPolicy& policy, model::Stream stream) : policy_(policy), stream_(stream) {}

  // Whether a record of this size still goes into the log itself. After the first that does not, none does, to keep the
  // order.
  bool fits(std::size_t size) { return !policy_.most_kept || fits_within(*policy_.most_kept, size); }

  // Whether chunks can be spilled without splitting them into lines.
  bool spilling() const { return spill_.has_value(); }
  // Returns the number of newlines in the bytes.
  std::uint64_t spill(std::string_view bytes);

  // Adds a record that does not fit: the command's text, between the log's stamp and end.
  void add(std::string_view stamp, std::string_view text, std::string_view end);

  // For the attempt; the log supplies the line count.
  model::StreamTally tally(std::uint64_t lines) const;

  // Key and text of the note about the missing part; the text is empty if nothing is missing.
  struct Remark {
    std::string_view key;
    std::string text;
  };
  Remark remark() const;

  // The kept end of the stream, oldest first; write it after the remark.
  std::pair<std::string_view, std::string_view> tail() const;

  // Call at the start of the next attempt.
  void reset();

 private:
  bool fits_within(std::uint64_t most, std::size_t size);

  const OverflowPolicy& policy_;
  model::Stream stream_;
  std::uint64_t head_ = 0;           // bytes that fit
  std::optional<BoundedTail> tail_;  // set once a record does not fit
  std::optional<SpillFile> spill_;
  std::uint64_t spilled_bytes_ = 0;
  std::uint64_t spilled_lines_ = 0;
  std::uint64_t spilled_before_ = 0;  // bytes of earlier attempts in the same file
};

}  // namespace oversee::report
