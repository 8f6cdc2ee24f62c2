// Formats limits and usage.
#include "report/usage_text.hpp"

#include <fmt/format.h>

namespace oversee::report {
namespace {

std::string core_size(std::uint64_t size) {
  if (size == 0) return "none";
  return size == model::kUnlimited ? "unlimited" : model::format_byte_size(size);
}

// The exact value, in the notation of the options.
std::string exact_amount(model::Resource resource, std::uint64_t value) {
  switch (resource) {
    case model::Resource::memory:
    case model::Resource::file_size: return model::format_byte_size(value);
    case model::Resource::cpu: return model::format_duration(model::Duration(static_cast<std::int64_t>(value)));
    case model::Resource::processes: return fmt::format("{}", value);
  }
  return "";
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace

std::string limits_text(const model::AttemptLimits& limits) {
  std::string text = limits.wall ? "timeout " + model::format_duration(*limits.wall) : "no timeout";
  const auto add = [&](std::string_view what, const std::string& value) {
    text += fmt::format("  {} {}", what, value);
  };
  const model::TreeLimits& tree = limits.tree;
  const model::ProcessLimits& process = limits.process;
  if (limits.idle) add("idle", model::format_duration(*limits.idle));
  if (limits.fail_past) add("output", model::format_byte_size(*limits.fail_past));
  if (tree.memory) add("memory", model::format_byte_size(*tree.memory));
  if (tree.cpu) add("cpu", model::format_duration(*tree.cpu));
  if (tree.processes) add("processes", fmt::format("{}", *tree.processes));
  if (process.files) add("files", fmt::format("{}", *process.files));
  if (process.file_size) add("file-size", model::format_byte_size(*process.file_size));
  if (process.data) add("data", model::format_byte_size(*process.data));
  if (process.core_size) add("core", core_size(*process.core_size));
  if (process.nice) add("nice", fmt::format("{}", *process.nice));
  add("stop", model::format_stop_ladder(limits.ladder));
  if (limits.reach != model::StopReach::tree) add("kill", std::string(to_string(limits.reach)));
  if (limits.on_leak != model::OnLeak::kill) add("leaks", std::string(to_string(limits.on_leak)));
  return text;
}

std::string means_text(const std::vector<model::HeldLimit>& limits) {
  std::string text;
  for (const model::HeldLimit& each : limits) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} {} by {}", to_string(each.resource), exact_amount(each.resource, each.allowed),
                        to_string(each.means));
    if (!each.backstop) continue;
    const std::string backstop = exact_amount(each.resource, *each.backstop);
    text += each.resource == model::Resource::processes ? fmt::format(", {} threads by cgroup", backstop)
                                                        : fmt::format(", {} a process by rlimit", backstop);
  }
  return text;
}

std::string cost_text(const model::Usage& usage) {
  const bool of_tree = usage.peak_bytes != 0;
  return fmt::format("cpu {} user {} system  memory {} ({})", model::describe_duration(usage.user),
                     model::describe_duration(usage.system),
                     model::describe_byte_size(of_tree ? usage.peak_bytes : usage.max_rss_bytes),
                     of_tree ? "tree" : "largest process");
}

std::string usage_text(const model::Usage& usage) {
  return fmt::format(
      "at least {}  {}  {}  storage {} read {} written", counted(usage.processes, "process", "processes"),
      counted(usage.major_faults, "major fault", "major faults"),
      counted(usage.voluntary_switches + usage.involuntary_switches, "context switch", "context switches"),
      model::describe_byte_size(usage.read_bytes), model::describe_byte_size(usage.written_bytes));
}

}  // namespace oversee::report
