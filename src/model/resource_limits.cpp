// Words for resource limits.
#include "model/resource_limits.hpp"

#include <fmt/format.h>

namespace oversee::model {

std::string_view to_string(Resource resource) {
  switch (resource) {
    case Resource::memory: return "memory";
    case Resource::cpu: return "cpu";
    case Resource::processes: return "processes";
    case Resource::file_size: return "file_size";
  }
  return "";
}

std::string_view to_string(LimitMeans means) {
  switch (means) {
    case LimitMeans::sampling: return "sampling";
    case LimitMeans::cgroup: return "cgroup";
    case LimitMeans::rlimit: return "rlimit";
  }
  return "";
}

LimitMeans TreeMeans::of(Resource resource) const {
  switch (resource) {
    case Resource::memory: return memory;
    case Resource::cpu: return cpu;
    case Resource::processes: return processes;
    case Resource::file_size: return LimitMeans::rlimit;
  }
  return LimitMeans::sampling;
}

std::vector<HeldLimit> held_limits(const TreeLimits& tree, const ProcessLimits& process, const TreeMeans& means) {
  std::vector<HeldLimit> held;
  if (tree.memory) {
    // If the kernel enforces the limit, no backstop is set.
    const SizeLimit backstop = means.memory == LimitMeans::cgroup ? SizeLimit{} : process.data_backstop;
    held.push_back({Resource::memory, *tree.memory, means.memory, process.data ? process.data : backstop});
  }
  if (tree.cpu) {
    held.push_back({Resource::cpu, static_cast<std::uint64_t>(tree.cpu->count()), means.cpu, {}});
    if (process.cpu_backstop) {
      const Duration backstop = std::chrono::seconds(*process.cpu_backstop);
      held.back().backstop = static_cast<std::uint64_t>(backstop.count());
    }
  }
  if (tree.processes) held.push_back({Resource::processes, *tree.processes, means.processes, means.tasks});
  return held;
}

std::string describe_amount(Resource resource, std::uint64_t amount) {
  switch (resource) {
    case Resource::memory:
    case Resource::file_size: return describe_byte_size(amount);
    case Resource::cpu: return describe_duration(Duration(static_cast<std::int64_t>(amount)));
    case Resource::processes: return fmt::format("{}", amount);
  }
  return "";
}

namespace {

// The amount exactly as it was given, to the byte and the nanosecond.
std::string exact_amount(Resource resource, std::uint64_t amount) {
  switch (resource) {
    case Resource::memory:
    case Resource::file_size: return format_byte_size(amount);
    case Resource::cpu: return format_duration(Duration(static_cast<std::int64_t>(amount)));
    case Resource::processes: return fmt::format("{}", amount);
  }
  return "";
}

}  // namespace

std::string describe(const PassedLimit& passed) {
  const std::string_view what = passed.resource == Resource::file_size ? "file size" : to_string(passed.resource);
  const std::string allowed = exact_amount(passed.resource, passed.allowed);
  if (passed.used == 0) return fmt::format("{}: past {}", what, allowed);
  return fmt::format("{}: {} of {}", what, describe_amount(passed.resource, passed.used), allowed);
}

}  // namespace oversee::model
