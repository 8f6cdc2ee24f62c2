// Reads the accounts of processes in /proc.
#include "os/process_usage.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string_view>

#include "os/descriptor.hpp"

namespace oversee::os {
namespace {

// Such a file is made whole by the first read, if that is large enough for it.
template <std::size_t size>
std::string_view read_once(const char* path, std::array<char, size>& buffer) {
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

template <std::size_t size>
const char* path_of(std::array<char, size>& path, pid_t pid, std::string_view file) {
  *fmt::format_to_n(path.data(), path.size() - 1, "/proc/{}/{}", pid, file).out = '\0';
  return path.data();
}

std::optional<std::uint64_t> number_at(std::string_view text) {
  const std::size_t start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) return {};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), number);
  if (error != std::errc{}) return {};
  return number;
}

// The number behind a word that starts a line.
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; at += word.size()) {
    if (at == 0 || text[at - 1] == '\n') return number_at(text.substr(at + word.size()));
  }
  return {};
}

}  // namespace

std::optional<ProcessUsage> process_usage(pid_t pid) {
  static const auto tick = std::chrono::nanoseconds(std::chrono::seconds(1)) / ::sysconf(_SC_CLK_TCK);
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::array<char, 1024> buffer;
  std::array<char, 64> path;
  std::string_view rest = read_once(path_of(path, pid, "stat"), buffer);
  // The second field is a name that may hold anything, brackets included.
  const std::size_t bracket = rest.rfind(')');
  if (bracket == std::string_view::npos) return {};
  rest.remove_prefix(bracket + 1);
  constexpr int kUserTime = 14;
  constexpr int kChildrensSystemTime = 17;
  constexpr int kResident = 24;
  ProcessUsage usage;
  for (int field = 3; field <= kResident; ++field) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    const std::size_t end = std::min(rest.size(), rest.find(' '));
    const auto number = number_at(rest.substr(0, end));
    if (field >= kUserTime && number) {
      if (field <= kChildrensSystemTime) usage.cpu += static_cast<std::int64_t>(*number) * tick;
      if (field == kResident) usage.resident_bytes = *number * page;
    }
    rest.remove_prefix(end);
  }
  return usage;
}

std::optional<std::uint64_t> proportional_memory(pid_t pid) {
  std::array<char, 2048> buffer;
  std::array<char, 64> path;
  const auto kilobytes = number_behind(read_once(path_of(path, pid, "smaps_rollup"), buffer), "Pss:");
  return kilobytes ? std::optional(*kilobytes * 1024) : std::nullopt;
}

std::string short_name(pid_t pid) {
  std::array<char, 64> buffer;
  std::array<char, 64> path;
  std::string_view name = read_once(path_of(path, pid, "comm"), buffer);
  name = name.substr(0, name.find('\n'));
  return name.empty() ? "?" : std::string(name);
}

std::optional<std::uint64_t> out_of_memory_kills() {
  std::array<char, 16384> buffer;
  return number_behind(read_once("/proc/vmstat", buffer), "oom_kill ");
}

std::optional<std::uint64_t> own_cpu_limit() {
  rlimit limits{};
  if (::getrlimit(RLIMIT_CPU, &limits) != 0 || limits.rlim_cur == RLIM_INFINITY) return {};
  return limits.rlim_cur;
}

unsigned processors() { return static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))); }

}  // namespace oversee::os
