// The text of the status line about a running command.
#pragma once

#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

class StatusLine final : public model::EventSink {
 public:
  // output_known is false if oversee does not read the output: then the line omits it.
  explicit StatusLine(bool output_known = true) : output_known_(output_known) {}

  void on(const model::Event& event, const model::Reading& at) override;

  // The current line, at most this many columns wide, without control characters; empty before the first attempt and
  // after the last.
  std::string text(model::Instant now, std::size_t columns) const;

 private:
  void output(std::string_view bytes);
  std::string waiting(model::Instant now) const;

  const bool output_known_;
  const model::RunInfo* info_ = nullptr;
  bool queued_ = false;  // waiting for its slot
  bool running_ = false;
  int attempt_ = 0;
  int next_ = 0;  // the next attempt, if greater than attempt_
  model::Instant next_at_{};
  model::Instant started_{};  // the attempt, or the wait for a slot
  std::uint64_t lines_ = 0;
  std::string last_line_;   // the last line with text, truncated
  std::string unfinished_;  // the incomplete current line
};

}  // namespace oversee::report
