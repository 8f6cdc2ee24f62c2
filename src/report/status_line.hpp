// The text of the status line: what a person wants to know of a command that runs in silence.
#pragma once

#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

class StatusLine final : public model::EventSink {
 public:
  // Of output that does not come through us, nothing is said.
  explicit StatusLine(bool output_known = true) : output_known_(output_known) {}

  void on(const model::Event& event, const model::Reading& at) override;

  // As it is now, at most so many columns wide, without control characters; empty before the first attempt and after
  // the last.
  std::string text(model::Instant now, std::size_t columns) const;

 private:
  void output(std::string_view bytes);
  std::string waiting(model::Instant now) const;

  const bool output_known_;
  const model::RunInfo* info_ = nullptr;
  bool queued_ = false;  // it waits for its slot
  bool running_ = false;
  int attempt_ = 0;
  int next_ = 0;  // attempt that is waited for, once it is greater than the other
  model::Instant next_at_{};
  model::Instant started_{};  // the attempt, or the wait for a slot
  std::uint64_t lines_ = 0;
  std::string last_line_;   // that held anything, or its start
  std::string unfinished_;  // the one that is being written
};

}  // namespace oversee::report
