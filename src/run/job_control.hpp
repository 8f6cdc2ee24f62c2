// Stops and continues oversee together with the command: for a key at the terminal, for a program that sends TSTP, and
// for a shell that says fg.
#pragma once

#include <functional>
#include <optional>

#include "model/clock.hpp"
#include "model/duration.hpp"
#include "model/signal_name.hpp"
#include "os/signals.hpp"
#include "run/attempt.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

class JobControl {
 public:
  struct Callbacks {
    std::function<Attempt*()> attempt;                  // the present attempt; null between two attempts
    std::function<void(model::Duration)> on_suspended;  // oversee was stopped for this long, and is continued
  };
  JobControl(uv::Loop& loop, bool has_terminal, Callbacks callbacks);

  // Handles TSTP, TTIN or TTOU to oversee. `command_got_it`: the sender has signalled the command as well.
  void stop_asked(bool command_got_it);
  // Handles CONT to oversee.
  void continued();
  // The command's leader was stopped.
  void leader_stopped();
  // Gives up a stop that was asked for, because the run is cancelled.
  void forget_stop();

 private:
  void ask_to_stop();
  void settle(model::Signal stop_with);
  void stop_or_continue();

  const bool has_terminal_;
  Callbacks callbacks_;
  uv::Timer settle_;  // checks a stop or a continue again a moment later
  model::Signal stop_with_ = 0;
  std::optional<model::Instant> asked_;           // when TSTP was sent to the tree; STOP and our own stop follow
  bool continued_ = false;                        // oversee was continued; the command may not be yet
  std::optional<model::Instant> tree_continued_;  // the CONT to oversee at that time is still to be read
};

// Whether an editor of the command stops all processes that share its terminal: kill(0, SIGTSTP).
bool sent_from_own_group(const os::ReceivedSignal& signal);

}  // namespace oversee::run
