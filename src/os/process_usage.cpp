// Reads the resource usage of processes from /proc.
#include "os/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "os/kernel_text.hpp"
#include "os/process_stat.hpp"

namespace oversee::os {

std::optional<ProcessUsage> process_usage(pid_t pid) {
  const auto stat = process_stat(pid);
  if (!stat) return {};
  return ProcessUsage{.cpu = stat->cpu + stat->waited_cpu, .resident_bytes = stat->rss_bytes};
}

std::optional<std::uint64_t> proportional_memory(pid_t pid) {
  std::array<char, 2048> buffer;
  const auto kilobytes = number_behind(read_once(pid, "smaps_rollup", buffer), "Pss:");
  return kilobytes ? std::optional(*kilobytes * 1024) : std::nullopt;
}

std::uint64_t private_memory(pid_t pid) {
  std::array<char, 256> buffer;
  std::string_view text = read_once(pid, "statm", buffer);
  std::array<std::uint64_t, 3> pages{};  // size, resident, shared
  for (std::uint64_t& each : pages) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), each);
    if (error != std::errc{}) return 0;
    text.remove_prefix(std::min<std::size_t>(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
  }
  return (pages[1] - std::min(pages[1], pages[2])) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string short_name(pid_t pid) {
  std::array<char, 64> buffer;
  std::string_view name = read_once(pid, "comm", buffer);
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
