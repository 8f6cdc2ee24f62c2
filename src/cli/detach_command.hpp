// --detach: a run that continues in the background once its command has started.
#pragma once

#include <unistd.h>

#include <span>

#include "model/event.hpp"
#include "os/descriptor.hpp"
#include "os/process_watch.hpp"
#include "os/signals.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// The first argument that makes this binary the detached run. The second is the descriptor for its id; the user's
// arguments follow.
inline constexpr const char* kDetached = "@detached";

// Starts the run in its own session with the user's arguments, and prints its id once the command has started. Returns
// the exit status: if the command did not start, that of the run, which has reported why.
int detach_command(const settings::Settings& settings, const os::SignalState& caller, std::span<char*> arguments);

// Adapts the settings for the detached run.
void become_detached(settings::Settings& settings);

// In the detached run: sends the id when the command has started, and detaches from the parent.
class StartAnswer final : public model::EventSink {
 public:
  explicit StartAnswer(os::UniqueFd answer) : answer_(std::move(answer)) {}

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  os::UniqueFd answer_;
  os::ProcessWatch parent_{::getppid()};
  const model::RunInfo* info_ = nullptr;
};

}  // namespace oversee::cli
