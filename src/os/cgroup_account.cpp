// Reads and writes the files of a cgroup.
#include "os/cgroup_account.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string_view>

#include "os/descriptor.hpp"
#include "os/kernel_text.hpp"

namespace oversee::os {
namespace {

using Buffer = std::array<char, 2048>;

std::string_view read_file_of(const std::string& group, std::string_view file, Buffer& buffer) {
  return read_once(fmt::format("{}/{}", group, file).c_str(), buffer);
}

std::optional<std::uint64_t> number_in(const std::string& group, std::string_view file) {
  Buffer buffer;
  return number_behind(read_file_of(group, file, buffer), "");
}

bool write_number(const std::string& group, std::string_view file, std::uint64_t number) {
  const UniqueFd open(::open(fmt::format("{}/{}", group, file).c_str(), O_WRONLY | O_CLOEXEC));
  return open && write_fully(open.get(), fmt::format("{}", number));
}

}  // namespace

std::optional<CgroupCpu> cgroup_cpu(const std::string& group) {
  Buffer buffer;
  const std::string_view stat = read_file_of(group, "cpu.stat", buffer);
  const auto user = number_behind(stat, "user_usec ");
  const auto system = number_behind(stat, "system_usec ");
  if (!user || !system) return {};
  return CgroupCpu{std::chrono::microseconds(*user), std::chrono::microseconds(*system)};
}

std::optional<std::uint64_t> cgroup_memory(const std::string& group) { return number_in(group, "memory.current"); }

std::optional<std::uint64_t> cgroup_memory_peak(const std::string& group) { return number_in(group, "memory.peak"); }

bool limit_cgroup_memory(const std::string& group, std::uint64_t bytes) {
  if (!write_number(group, "memory.max", bytes)) return false;
  (void)write_number(group, "memory.swap.max", 0);  // absent if the kernel does not account for swap
  return write_number(group, "memory.oom.group", 1);
}

bool limit_cgroup_tasks(const std::string& group, std::uint64_t tasks) {
  return write_number(group, "pids.max", tasks);
}

// In memory.events.local, `oom` shows that the group's own limit was hit, and `oom_group_kill` that the group was
// killed. Kernels before 5.17 do not count group kills; there `oom_kill` stands in.
bool killed_for_memory(const std::string& group) {
  Buffer buffer;
  const std::string_view events = read_file_of(group, "memory.events.local", buffer);
  if (number_behind(events, "oom ").value_or(0) == 0) return false;
  const auto of_group = number_behind(events, "oom_group_kill ");
  return of_group ? *of_group > 0 : number_behind(events, "oom_kill ").value_or(0) > 0;
}

// Older kernels count every failed fork in the group, even for the limit of another group; so also require that the
// group came near its own limit.
bool refused_tasks(const std::string& group, std::uint64_t tasks) {
  Buffer buffer;
  if (number_behind(read_file_of(group, "pids.events", buffer), "max ").value_or(0) == 0) return false;
  if (const auto peak = number_in(group, "pids.peak")) return *peak >= tasks;
  return number_in(group, "pids.current").value_or(0) >= tasks / 2;
}

}  // namespace oversee::os
