// The two terminals of a run with --pty: the command's and the user's.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/failure.hpp"
#include "model/signal_name.hpp"
#include "os/pseudo_terminal.hpp"
#include "os/terminal_modes.hpp"
#include "run/input_forward.hpp"
#include "uv/loop.hpp"
#include "uv/terminal_stream.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

// While the command runs and we are in the foreground, the user's terminal passes every key through, and the command's
// terminal interprets it. At all other times the user's terminal has its original modes.
class TerminalLink {
 public:
  struct Callbacks {
    // A key that the command's terminal turns into a signal for the leader's group; keys_read as in CancelRequested.
    std::function<void(model::Signal signal, bool keys_read)> on_key;
    // The modes to restore on the user's terminal if we die; empty: none any more.
    std::function<void(const std::string& modes)> on_hold;
  };

  // `input` is forwarded; none if the command reads from elsewhere.
  TerminalLink(uv::Loop& loop, std::optional<int> input, Callbacks callbacks);
  ~TerminalLink() { leave(); }

  // Makes the command's terminal, with the size and the modes of the user's.
  model::Result<os::PseudoTerminal> make();
  // A descriptor with which another process can restore the user's modes; none if they are not changed.
  model::Result<os::UniqueFd> users_terminal() const;

  // The command runs below the guard. The master must outlive this object.
  void serve(uv::TerminalStream& master, pid_t leader, pid_t guard);
  // The command has written output.
  void output_came();
  // The command has ended: later keys are not for it. Its output may still be on its way to the user's terminal.
  void end_input();

  // Give the user's terminal back, before oversee stops or at the end; take it again.
  void leave();
  void enter();

  // Passes on the size of the user's terminal, which may have changed.
  void resize();

 private:
  bool may_read();
  void look_for_keys(std::string_view bytes);
  void tell_of_keys();

  uv::Loop& loop_;
  const std::optional<int> input_;
  const bool typed_;  // the input is a terminal and not used by our reader
  Callbacks callbacks_;
  uv::TerminalStream* master_ = nullptr;
  pid_t leader_ = 0;
  dev_t slave_ = 0;
  std::optional<InputForward> forward_;
  std::optional<os::TerminalModes> found_;            // the user's modes, while we have changed them
  uv::Timer foreground_;                              // the next check whether we are in the foreground
  bool told_ = false;                                 // the first key was reported
  std::vector<std::pair<model::Signal, bool>> keys_;  // later keys, not yet reported
  uv::Timer settled_;                                 // when to report them
};

}  // namespace oversee::run
