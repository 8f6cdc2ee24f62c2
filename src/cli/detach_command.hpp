// --detach: a run that goes on by itself once its command has started.
#pragma once

#include <span>

#include "model/event.hpp"
#include "os/descriptor.hpp"
#include "os/signals.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// The first argument that makes this binary the run itself; the second is the descriptor that its id goes to, and the
// rest is as the user wrote it.
inline constexpr const char* kDetached = "@detached";

// Starts the run in a session of its own, with these arguments of the user's, and prints its id once the command has
// started. Returns what oversee exits with: where it did not start, what the run ended with, which has said why.
int detach_command(const settings::Settings& settings, const os::SignalState& caller, std::span<char*> arguments);

// The settings of the run itself.
void become_detached(settings::Settings& settings);

// In the run itself: tells the id when the command has started, and lets go of whoever started us.
class StartAnswer final : public model::EventSink {
 public:
  explicit StartAnswer(os::UniqueFd answer) : answer_(std::move(answer)) {}

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  os::UniqueFd answer_;
  const model::RunInfo* info_ = nullptr;
};

}  // namespace oversee::cli
