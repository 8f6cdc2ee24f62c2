// The text of the live status line: what a person at a terminal wants to know of a command that runs in silence.
#pragma once

#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

class StatusLine final : public model::EventSink {
 public:
  void on(const model::Event& event, const model::Reading& at) override;

  // As it is now, at most so many columns wide, without control characters; empty between attempts.
  std::string text(model::Instant now, std::size_t columns) const;

 private:
  void output(std::string_view bytes);

  const model::RunInfo* info_ = nullptr;
  bool running_ = false;
  int attempt_ = 0;
  model::Instant started_{};  // the attempt
  std::uint64_t lines_ = 0;
  std::string last_line_;   // that held anything, or its start
  std::string unfinished_;  // the one that is being written
};

}  // namespace oversee::report
