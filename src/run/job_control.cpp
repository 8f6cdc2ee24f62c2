// Decides when oversee stops itself, and continues the command afterwards.
#include "run/job_control.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "model/mechanism.hpp"
#include "os/clock.hpp"
#include "os/terminal.hpp"

namespace oversee::run {
namespace {

// After fg, an old stop may still be visible; only a stop that lasts this long counts.
constexpr auto kSettle = std::chrono::milliseconds(40);

// The time between TSTP and STOP for a command that handles TSTP: the handler may have a terminal to restore.
constexpr auto kHandlersTime = std::chrono::milliseconds(500);

}  // namespace

bool sent_from_own_group(const os::ReceivedSignal& signal) {
  return signal.sender > 0 && ::getpgid(signal.sender) == ::getpgrp();
}

JobControl::JobControl(uv::Loop& loop, bool has_terminal, Callbacks callbacks)
    : has_terminal_(has_terminal), callbacks_(std::move(callbacks)), settle_(loop, [this] { stop_or_continue(); }) {}

void JobControl::stop_asked(bool command_got_it) {
  if (!command_got_it) return ask_to_stop();
  // The command stops, and then oversee stops. A second TSTP from us could stop it again after fg.
  if (const Attempt* attempt = callbacks_.attempt(); attempt != nullptr && attempt->started()) return;
  // If the command is stopped before its exec, the guard cannot report the stop: then oversee stops by itself.
  settle(SIGTSTP);
}

// Stops oversee and the command for a program: TSTP first, which the command may handle, then STOP. Without a terminal
// oversee stops itself by STOP: the kernel drops TSTP in an orphaned process group.
void JobControl::ask_to_stop() {
  settle(has_terminal_ ? SIGTSTP : SIGSTOP);
  const auto now = os::read_clock().instant;
  asked_ = now;
  Attempt* attempt = callbacks_.attempt();
  if (attempt == nullptr || !model::works(model::Mechanism::stop_is_asked)) return;
  if (attempt->catches(SIGTSTP)) settle_.set(now + kHandlersTime);
  attempt->signal_tree(SIGTSTP);
}

void JobControl::continued() {
  const auto now = os::read_clock().instant;
  // The tree was continued together with oversee. A second CONT could undo a stop that was typed since.
  if (const auto since = std::exchange(tree_continued_, std::nullopt); since && now - *since < kHandlersTime) return;
  continued_ = true;
  settle_.set(now + kSettle);
}

// oversee stops together with the command only on a terminal: otherwise no shell would continue oversee.
void JobControl::leader_stopped() {
  if (asked_) return settle_.set(std::max(os::read_clock().instant, *asked_ + kSettle));
  if (has_terminal_) settle(SIGTSTP);
}

void JobControl::forget_stop() {
  if (std::exchange(asked_, std::nullopt)) settle_.set({});
}

void JobControl::settle(model::Signal stop_with) {
  stop_with_ = stop_with;
  continued_ = false;
  settle_.set(os::read_clock().instant + kSettle);
}

void JobControl::stop_or_continue() {
  Attempt* attempt = callbacks_.attempt();
  const bool asked = std::exchange(asked_, std::nullopt).has_value();
  if (!asked && attempt != nullptr && attempt->started() && !attempt->leader_stopped()) return;
  if (continued_) {
    if (attempt != nullptr) attempt->continue_tree();
    return;
  }
  if (asked && attempt != nullptr) attempt->signal_tree(SIGSTOP);
  const auto before = os::read_clock().instant;
  if (attempt != nullptr) attempt->suspended();
  os::stop_self(stop_with_);
  callbacks_.on_suspended(os::read_clock().instant - before);
  if (attempt == nullptr) return;
  attempt->resumed();
  if (!asked) return;
  attempt->continue_tree();
  tree_continued_ = os::read_clock().instant;
}

}  // namespace oversee::run
