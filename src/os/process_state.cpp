// Reads /proc/PID/stat and schedstat.
#include "os/process_state.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <string_view>

#include "os/descriptor.hpp"
#include "os/kernel_text.hpp"
#include "os/proc.hpp"
#include "os/process_stat.hpp"

namespace oversee::os {
namespace {

std::uint64_t take_number(std::string_view& line) {
  const std::size_t end = std::min(line.find_first_of(" \n"), line.size());
  std::uint64_t number = 0;
  std::from_chars(line.data(), line.data() + end, number);
  line.remove_prefix(std::min(end + 1, line.size()));
  return number;
}

// A pidfd becomes readable when its process ends (pidfd_open(2)).
std::optional<ProcessState> look_without_proc(pid_t pid) {
  ProcessState state;
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return errno == ENOSYS && ::kill(pid, 0) == 0 ? std::optional(state) : std::nullopt;
  pollfd ended{process.get(), POLLIN, 0};
  state.zombie = ::poll(&ended, 1, 0) > 0;
  return state;
}

}  // namespace

std::optional<ProcessState> look_at_process(pid_t pid) {
  const auto stat = process_stat(pid);
  if (!stat) return proc_shows_all() ? std::nullopt : look_without_proc(pid);
  const bool more_threads = stat->threads > 1;
  ProcessState state;
  state.zombie = (stat->state == 'Z' && !more_threads) || stat->state == 'X';
  state.ending = stat->exiting && !more_threads;
  state.runnable = stat->state == 'R';
  state.dying = state.runnable && (state.ending || stat->kill_pending);
  std::array<char, 128> buffer;
  std::string_view times = read_once(pid, "schedstat", buffer);
  state.ran = std::chrono::nanoseconds(take_number(times));
  state.waited = std::chrono::nanoseconds(take_number(times));
  return state;
}

}  // namespace oversee::os
