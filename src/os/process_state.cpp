// Reads /proc/PID/stat and schedstat.
#include "os/process_state.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "os/kernel_text.hpp"
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

}  // namespace

std::optional<ProcessState> look_at_process(pid_t pid) {
  const auto stat = process_stat(pid);
  if (!stat) return {};
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
