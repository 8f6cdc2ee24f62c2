// Reads /proc/PID/stat and schedstat.
#include "os/process_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "os/descriptor.hpp"

namespace oversee::os {
namespace {

constexpr std::uint64_t kEnding = 0x4;  // PF_EXITING, among the flags of proc_pid_stat(5)

// The words of a line, so many at most; what is not a number is 0.
template <std::size_t N>
std::array<std::uint64_t, N> numbers_in(std::string_view line) {
  std::array<std::uint64_t, N> numbers{};
  for (std::uint64_t& number : numbers) {
    const std::size_t end = std::min(line.find_first_of(" \n"), line.size());
    std::from_chars(line.data(), line.data() + end, number);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return numbers;
}

}  // namespace

std::optional<ProcessState> look_at_process(pid_t pid) {
  const auto stat = read_file(fmt::format("/proc/{}/stat", pid));
  if (!stat) return {};
  const std::size_t bracket = stat->rfind(')');  // the name before it may hold anything
  if (bracket == std::string::npos || stat->size() < bracket + 5) return {};
  const char letter = (*stat)[bracket + 2];
  // From the fourth field on: the flags are the ninth, the threads the twentieth.
  const auto fields = numbers_in<17>(std::string_view(*stat).substr(bracket + 4));
  const bool more_threads = fields[16] > 1;
  ProcessState state;
  state.zombie = (letter == 'Z' && !more_threads) || letter == 'X';
  state.ending = (fields[5] & kEnding) != 0 && !more_threads;
  state.runnable = letter == 'R';
  if (const auto times = read_file(fmt::format("/proc/{}/schedstat", pid))) {
    const auto [ran, waited] = numbers_in<2>(*times);
    state.ran = std::chrono::nanoseconds(ran);
    state.waited = std::chrono::nanoseconds(waited);
  }
  return state;
}

}  // namespace oversee::os
