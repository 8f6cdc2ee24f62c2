// The log for people: each line of the command with its time and stream, written as it comes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/byte_sink.hpp"
#include "model/event.hpp"
#include "report/overflow.hpp"

namespace oversee::report {

// Lines that start with '#' are oversee's. A line of the command is "SECONDS out| TEXT" if it ended in a newline,
// "SECONDS out: TEXT" if not. TEXT is unchanged, so that the streams can be restored byte for byte.
class TaggedLog final : public model::EventSink {
 public:
  // The caller owns the sink.
  TaggedLog(model::ByteSink& sink, OverflowPolicy policy);

  void on(const model::Event& event, const model::Reading& at) override;

  // For the attempt's output, once it is complete. The log splits lines anyway, so it also counts them.
  model::StreamTally tally(model::Stream stream);

 private:
  // "    0.012 out| " in a buffer of fixed size, which copies faster.
  struct Stamp {
    std::array<char, 32> text{};
    std::size_t size = 0;
  };

  // One stream of the attempt.
  struct Captured {
    Overflow overflow;
    std::string unfinished = {};  // the start of a line; its rest is expected at once
    std::uint64_t lines = 0;
  };

  void started(const model::RunInfo& info);
  void evidence(const model::Evidence& evidence);
  void user_line_output(const model::UserLineOutput& event, const model::Reading& at);
  void output(model::Stream stream, std::string_view bytes, const model::Reading& at);
  void finished(const model::RunFinished& event);
  void name_survivors(const model::AttemptResult& result);
  void stamp(model::Stream stream, const model::Reading& at);
  // `readable` bytes may be read from the start of the text; at least its size.
  void whole_line(model::Stream stream, std::string_view text_with_newline, std::size_t readable);
  void open_line(model::Stream stream, std::string_view text);
  void flush_tail(model::Stream stream);
  void write_tail(model::Stream stream);
  void append(std::string_view text);
  void note(std::string_view key, std::string_view text);
  void flush();

  model::ByteSink& sink_;
  model::Instant start_{};
  int attempts_ = 1;
  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;  // of the buffered bytes
  const OverflowPolicy policy_;
  std::array<Stamp, model::kStreams> stamps_;
  std::array<Captured, model::kStreams> captured_;
  std::string user_line_;  // the incomplete line of a hook
};

}  // namespace oversee::report
