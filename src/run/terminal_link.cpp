// Switches modes, forwards keys and sizes.
#include "run/terminal_link.hpp"

#include <unistd.h>

#include <utility>

#include "os/clock.hpp"
#include "os/terminal.hpp"

namespace oversee::run {
namespace {

// The polling interval for the foreground: a program that was not stopped before gets no notification when the shell
// puts it there.
constexpr auto kForegroundLook = std::chrono::milliseconds(300);

// The delay before a key's signal is passed on. At such a key, shortly after it gets it, the kernel drops the output
// that waits in the terminal (termios(3), NOFLSH). A second key brings TERM, and the command's last output would be
// dropped, too. The first key brings no signal of ours.
constexpr auto kKeySettle = std::chrono::milliseconds(40);

// If our output is a pipe, its reader may read keys itself (less, fzf), so the terminal is left to it: otherwise it
// would lose keys to us, and finally restore our modes, having taken them for the user's.
bool keys_are_ours(int input) { return os::TerminalModes::of(input).has_value() && !os::is_channel(STDOUT_FILENO); }

}  // namespace

TerminalLink::TerminalLink(uv::Loop& loop, std::optional<int> input, Callbacks callbacks)
    : loop_(loop),
      input_(input),
      typed_(input && keys_are_ours(*input)),
      callbacks_(std::move(callbacks)),
      foreground_(loop, [this] { enter(); }),
      settled_(loop, [this] { tell_of_keys(); }) {}

model::Result<os::PseudoTerminal> TerminalLink::make() {
  auto pair = os::open_pseudo_terminal(os::window_size_around());
  if (!pair) return pair;
  slave_ = os::device_of(pair->slave.get());
  if (typed_) {
    if (const auto users = os::TerminalModes::of(*input_)) users->apply(pair->slave.get());
  } else if (input_) {
    if (const auto built_in = os::TerminalModes::of(pair->slave.get())) built_in->for_data().apply(pair->slave.get());
  }
  return pair;
}

model::Result<os::UniqueFd> TerminalLink::users_terminal() const {
  return typed_ ? os::duplicate(*input_) : os::UniqueFd();
}

void TerminalLink::serve(uv::TerminalStream& master, pid_t leader, pid_t guard) {
  master_ = &master;
  leader_ = leader;
  const bool left_to_others = input_ && !typed_ && os::TerminalModes::of(*input_);
  if (input_ && !left_to_others) {
    const auto readers = typed_ ? std::nullopt : std::optional(os::TerminalReaders(slave_, guard));
    forward_.emplace(loop_, *input_, master, readers,
                     InputForward::Callbacks{.may_read = [this] { return may_read(); },
                                             .on_bytes = [this](std::string_view bytes) { look_for_keys(bytes); }});
  }
  enter();
}

void TerminalLink::output_came() {
  if (forward_) forward_->output_came();
}

void TerminalLink::end_input() {
  forward_.reset();
  foreground_.set({});
  if (found_) found_->unprocessed().apply(*input_);
}

void TerminalLink::leave() {
  if (forward_) forward_->pause();
  foreground_.set({});
  if (!found_) return;
  if (os::in_foreground(*input_) || found_->left_behind_on(*input_)) found_->apply(*input_);
  callbacks_.on_hold({});
  found_.reset();
}

void TerminalLink::enter() {
  resize();
  if (!forward_) return;
  if (typed_ && !os::in_foreground(*input_)) {
    foreground_.set(os::read_clock().instant + kForegroundLook);
    return;
  }
  if (typed_ && !found_) {
    found_ = os::TerminalModes::of(*input_);
    if (found_) {
      callbacks_.on_hold(found_->bytes());
      found_->raw().apply(*input_);
    }
  }
  forward_->start();
}

void TerminalLink::resize() {
  if (master_ != nullptr && master_->open()) os::resize(master_->fd(), os::window_size_around());
}

// A read from the background would stop us.
bool TerminalLink::may_read() {
  if (!typed_ || os::in_foreground(*input_)) return true;
  forward_->pause();
  foreground_.set(os::read_clock().instant + kForegroundLook);
  return false;
}

void TerminalLink::look_for_keys(std::string_view bytes) {
  if (!typed_) return;
  const auto modes = os::TerminalModes::of(master_->fd());
  if (!modes) return;
  for (const char key : bytes) {
    const auto signal = modes->signal_of(key);
    if (signal && os::foreground_group(master_->fd()) == leader_) keys_.emplace_back(*signal, !modes->by_line());
  }
  if (keys_.empty()) return;
  if (told_) {
    settled_.set(os::read_clock().instant + kKeySettle);
  } else {
    tell_of_keys();
  }
}

void TerminalLink::tell_of_keys() {
  told_ = true;
  for (const auto& [signal, keys_read] : std::exchange(keys_, {})) callbacks_.on_key(signal, keys_read);
}

}  // namespace oversee::run
