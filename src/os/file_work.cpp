// Runs file system work in a side process and waits for it.
#include "os/file_work.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "os/asked_file.hpp"
#include "os/side_process.hpp"
#include "os/side_stack.hpp"

namespace oversee::os {
namespace {

using Clock = std::chrono::steady_clock;

// Most work ends within this time, so that blocking the signals is not necessary.
constexpr auto kUsual = std::chrono::milliseconds(20);

// The interval between two checks for a pending signal.
constexpr auto kStep = std::chrono::milliseconds(50);

constexpr std::array kSignalsToEnd{SIGTERM, SIGINT, SIGHUP, SIGQUIT};

// A pending signal that ends this process; 0: none. Only blocked signals stay pending.
int pending_signal() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  const auto* found = std::ranges::find_if(kSignalsToEnd, [&](int each) { return sigismember(&pending, each) == 1; });
  return found == kSignalsToEnd.end() ? 0 : *found;
}

class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int each : kSignalsToEnd) sigaddset(&signals, each);
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

model::Result<void> do_beside(const std::function<void()>& work, model::Duration bound, const SignalState& caller) {
  SideStack stack;
  SideCall process(work, stack);
  const auto outcome = [&]() -> model::Result<void> {
    if (process.finished()) return {};
    return std::unexpected(helper_killed());
  };
  if (process.wait(std::min<model::Duration>(bound, kUsual))) return outcome();
  const auto end = Clock::now() + bound;
  const BlockedSignals blocked;
  const SignalSet unwanted = caller.ignored | caller.blocked;
  while (!process.wait(kStep)) {
    // A hung side process shares our standard streams: their readers see end of file only after it has closed them,
    // too.
    if (const int signal = pending_signal(); signal != 0 && (unwanted & signal_bit(signal)) == 0) {
      leave_files();
      die_of(signal);
    }
    if (Clock::now() >= end) return std::unexpected(no_answer());
  }
  return outcome();
}

std::string describe_write_error(int error) {
  if (error == ETIMEDOUT) return "its file system does not answer";
  return error == ECHILD ? "the process that writes it was killed" : std::strerror(error);
}

void leave_files() {
  if (any_side_process()) close_all_descriptors();
}

}  // namespace oversee::os
