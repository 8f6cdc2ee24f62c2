// The two terminals of a run with --pty: the one that the command sits at, and the one that oversee's user sits at.
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

// While the command runs and we are in the foreground, the user's terminal hands every key on as it is, and the
// command's terminal makes of it what it means. At all other times the user's terminal has the modes it was found in.
class TerminalLink {
 public:
  struct Callbacks {
    // A key that the command's terminal makes a signal of, for the leader's group; keys_read as in CancelRequested.
    std::function<void(model::Signal signal, bool keys_read)> on_key;
    // What the user's terminal is to be set to, should we die; empty: nothing any more.
    std::function<void(const std::string& modes)> on_hold;
  };

  // The input is what is forwarded; none where the command reads something else.
  TerminalLink(uv::Loop& loop, std::optional<int> input, Callbacks callbacks);
  ~TerminalLink() { leave(); }

  // The command's terminal, of the size and with the habits of the user's.
  model::Result<os::PseudoTerminal> make();
  // A descriptor for whoever is to put the modes of the user's terminal right when we cannot; none where they stay.
  model::Result<os::UniqueFd> users_terminal() const;

  // The command runs below the guard; the master outlives this.
  void serve(uv::TerminalStream& master, pid_t leader, pid_t guard);
  // The command has written something.
  void output_came();
  // It has ended: what is typed from now on is not for it. Its output may still be on its way to the user's terminal.
  void end_input();

  // Gives the user's terminal back, before oversee stops or when all is over; takes it again.
  void leave();
  void enter();

  // The user's terminal may have another size now.
  void resize();

 private:
  bool may_read();
  void look_for_keys(std::string_view bytes);
  void tell_of_keys();

  uv::Loop& loop_;
  const std::optional<int> input_;
  const bool typed_;  // the input is a terminal, and left to us
  Callbacks callbacks_;
  uv::TerminalStream* master_ = nullptr;
  pid_t leader_ = 0;
  dev_t slave_ = 0;
  std::optional<InputForward> forward_;
  std::optional<os::TerminalModes> found_;            // the user's terminal's, while it has ours
  uv::Timer foreground_;                              // when to look again whether we are there
  bool told_ = false;                                 // of a key, the first
  std::vector<std::pair<model::Signal, bool>> keys_;  // found since, and not yet told of
  uv::Timer settled_;                                 // when to tell of them
};

}  // namespace oversee::run
