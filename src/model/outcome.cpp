// The table of exit statuses, and the sentence for an attempt's result.
#include "model/outcome.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <span>

#include "model/command_line.hpp"

namespace oversee::model {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::completed: return "completed";
    case Status::failed: return "failed";
    case Status::timed_out: return "timed_out";
    case Status::cancelled: return "cancelled";
  }
  return "";
}

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::exit: return "exit";
    case Reason::signal: return "signal";
    case Reason::timeout: return "timeout";
    case Reason::idle_timeout: return "idle_timeout";
    case Reason::total_timeout: return "total_timeout";
    case Reason::queue_timeout: return "queue_timeout";
    case Reason::queue_full: return "queue_full";
    case Reason::output_limit: return "output_limit";
    case Reason::leaked: return "leaked";
    case Reason::flaky: return "flaky";
    case Reason::memory_limit: return "memory_limit";
    case Reason::cpu_limit: return "cpu_limit";
    case Reason::process_limit: return "process_limit";
    case Reason::file_size_limit: return "file_size_limit";
    case Reason::out_of_memory: return "out_of_memory";
    case Reason::not_found: return "not_found";
    case Reason::not_executable: return "not_executable";
    case Reason::spawn: return "spawn";
    case Reason::io: return "io";
    case Reason::output_error: return "output_error";
    case Reason::supervisor_lost: return "supervisor_lost";
  }
  return "";
}

std::string_view to_string(OnFlaky what) {
  switch (what) {
    case OnFlaky::pass: return "pass";
    case OnFlaky::warn: return "warn";
    case OnFlaky::fail: return "fail";
  }
  return "";
}

Containment containment_of(bool by_cgroup, ProcView proc) {
  if (has_our_numbers(proc)) return by_cgroup ? Containment::cgroup_and_subreaper : Containment::subreaper;
  return by_cgroup ? Containment::cgroup_group_and_subreaper : Containment::group_and_subreaper;
}

std::string_view to_string(Containment layer) {
  switch (layer) {
    case Containment::subreaper: return "subreaper";
    case Containment::cgroup_and_subreaper: return "cgroup+subreaper";
    case Containment::group_and_subreaper: return "group+subreaper";
    case Containment::cgroup_group_and_subreaper: return "cgroup+group+subreaper";
  }
  return "";
}

std::string_view to_string(Accuracy accuracy) {
  switch (accuracy) {
    case Accuracy::lower_bound: return "lower_bound";
    case Accuracy::exact: return "exact";
  }
  return "";
}

namespace {

// For --require-cgroup: explains the obstacle and the remedy.
std::string describe_missing_cgroup(const SpawnFailure& failure) {
  const std::string what = failure.subject.empty() ? "no cgroup v2 is mounted that holds oversee"
                                                   : fmt::format("cannot use the cgroup {}: {}",
                                                                 quote_command(std::span(&failure.subject, 1)),
                                                                 std::strerror(failure.error));
  return fmt::format(
      "not run, as --require-cgroup asks: {}; start oversee in a group that is delegated to it, as by "
      "systemd-run --user --scope -p Delegate=yes oversee ...",
      what);
}

ExitAction own_status(const AttemptResult& result, int otherwise) {
  if (result.exit_code) return {*result.exit_code, {}};
  if (result.signal) return {0, result.signal};
  return {otherwise, {}};
}

}  // namespace

ExitAction exit_action(const AttemptResult& last, const ExitPolicy& policy) {
  switch (last.reason) {
    case Reason::exit:
      if (last.status == Status::completed && last.exit_code) return {0, {}};  // --ok-exit may accept others
      return own_status(last, kExitOwnFailure);
    case Reason::signal:
      if (last.status == Status::cancelled && last.cancelled_by) return {0, last.cancelled_by->signal};
      return own_status(last, kExitOwnFailure);
    case Reason::timeout:
    case Reason::idle_timeout:
    case Reason::queue_timeout:
    case Reason::total_timeout:
      // Like timeout(1): oversee sent the signal, so oversee itself must not appear to die of it.
      return {policy.preserve_status ? own_status(last, kExitTimedOut).shell_status() : kExitTimedOut, {}};
    case Reason::not_found: return {127, {}};
    case Reason::not_executable: return {126, {}};
    case Reason::leaked:
    case Reason::flaky: return {kExitFlaky, {}};
    case Reason::io:
    case Reason::output_limit:
    case Reason::memory_limit:
    case Reason::cpu_limit:
    case Reason::process_limit:
    case Reason::file_size_limit:
    case Reason::out_of_memory: return {123, {}};
    case Reason::spawn:
    case Reason::queue_full:
    case Reason::output_error:
    case Reason::supervisor_lost: return {kExitOwnFailure, {}};
  }
  return {kExitOwnFailure, {}};
}

namespace {

// Whether KILL ended the command. If the leader itself survived, the sentence says so elsewhere.
std::string_view killed_too(const AttemptResult& result) {
  const bool ended = result.exit_code || result.signal;
  return result.forced && (ended || result.all_killed()) ? ", killed" : "";
}

// ", killed python3 pid 4312 (1.9GiB)"
std::string describe_largest(const AttemptResult& result, const PassedLimit& passed) {
  const Consumer& largest = passed.largest;
  const std::string_view fate = result.forced ? ", killed" : ", stopped";
  if (largest.pid == 0) return result.forced ? std::string(fate) : "";  // it may have ended by itself
  const std::string_view what = passed.resource == Resource::processes ? " children" : "";
  const std::string name = quote_command(std::span(&largest.name, 1));  // the name may hold any bytes
  return fmt::format("{} {} pid {} ({}{})", fate, name, largest.pid, describe_amount(passed.resource, largest.used),
                     what);
}

std::string describe_limit(const AttemptResult& result, const std::string& took) {
  const PassedLimit passed = result.passed_limit.value_or(PassedLimit{});
  const std::string end = passed.means == LimitMeans::rlimit
                              ? fmt::format(", died of {}", signal_name(result.signal.value_or(0)))
                              : describe_largest(result, passed);
  return fmt::format("{} after {}{}", describe(passed), took, end);
}

// A suffix for a failure that these kills may explain.
std::string describe_kills(std::uint64_t kills) {
  if (kills == 0) return {};
  return fmt::format("; meanwhile the kernel killed {} {} for lack of memory", kills,
                     kills == 1 ? "process" : "processes");
}

}  // namespace

std::string describe(const Canceller& by) {
  const std::string sender = by.pid == 0 ? "from the terminal" : fmt::format("sent by pid {}", by.pid);
  return fmt::format("cancelled by {} {}", signal_name(by.signal), sender);
}

namespace {

std::string describe_signal(const AttemptResult& result, const std::string& took) {
  if (result.status == Status::cancelled && result.cancelled_by) {
    const std::string queued = result.slot ? fmt::format(" in the queue of group {}", group_name(*result.slot)) : "";
    return fmt::format("{} after {}{}", describe(*result.cancelled_by), took, queued);
  }
  return fmt::format("killed by signal {} after {}{}", signal_name(result.signal.value_or(0)), took,
                     describe_kills(result.out_of_memory_kills));
}

std::string describe_failed_start(const AttemptResult& result) {
  const SpawnFailure failure = result.spawn_failure.value_or(SpawnFailure{});
  const std::string subject = quote_command(std::span(&failure.subject, 1));  // the name may hold any bytes
  const bool looked_for = failure.subject.find('/') == std::string::npos;
  if (result.reason == Reason::not_found && looked_for) {
    return fmt::format("cannot run {}: there is no such command in PATH", subject);
  }
  if (failure.stage == kLimitStage) return fmt::format("not run: {}", failure.subject);
  if (failure.stage == "cgroup") return describe_missing_cgroup(failure);
  if (failure.stage == "exec") return fmt::format("cannot run {}: {}", subject, std::strerror(failure.error));
  const std::string_view hint = failure.stage.starts_with("--") ? "; that is more than may be set here" : "";
  return fmt::format("cannot start the command: {} {}: {}{}", failure.stage, subject, std::strerror(failure.error),
                     hint);
}

}  // namespace

std::string describe(const AttemptResult& result) {
  const std::string took = describe_duration(result.duration());
  switch (result.reason) {
    case Reason::exit:
      return fmt::format("exit {} after {}{}", result.exit_code.value_or(0), took,
                         describe_kills(result.out_of_memory_kills));
    case Reason::signal: return describe_signal(result, took);
    case Reason::timeout: return fmt::format("timed out after {}{}", took, killed_too(result));
    case Reason::idle_timeout:
      return fmt::format("timed out after {}, silent for {}{}", took, describe_duration(result.silent),
                         killed_too(result));
    case Reason::total_timeout:
      return fmt::format("timed out with the whole run, after {}{}", took, killed_too(result));
    case Reason::queue_timeout: {
      const SlotStanding slot = result.slot.value_or(SlotStanding{});
      return fmt::format("no slot of group {} was free within {}: {}; nothing was run", group_name(slot), took,
                         describe(slot));
    }
    case Reason::queue_full: {
      const SlotStanding slot = result.slot.value_or(SlotStanding{});
      return fmt::format("no slot of group {} is free: {}; nothing was run", group_name(slot), describe(slot));
    }
    case Reason::output_limit:
      return fmt::format("wrote more than --max-output allows, stopped after {}{}", took, killed_too(result));
    case Reason::leaked:
      return fmt::format("exit {} after {}, with processes left behind", result.exit_code.value_or(0), took);
    case Reason::flaky: return fmt::format("exit {} after {}, flaky", result.exit_code.value_or(0), took);
    case Reason::memory_limit:
    case Reason::cpu_limit:
    case Reason::process_limit:
    case Reason::file_size_limit: return describe_limit(result, took);
    case Reason::out_of_memory: return fmt::format("out of memory: killed by the kernel after {}", took);
    case Reason::not_found:
    case Reason::not_executable:
    case Reason::spawn: return describe_failed_start(result);
    case Reason::io: return fmt::format("its output could not be read, after {}", took);
    case Reason::output_error: return fmt::format("its output could not be passed on, after {}", took);
    case Reason::supervisor_lost:
      return fmt::format("oversee's guard was killed after {}{}", took,
                         result.all_killed() ? "; the command was, too" : "");
  }
  return "";
}

bool AttemptResult::ended_by_itself() const {
  switch (reason) {
    case Reason::exit:
    case Reason::leaked:
    case Reason::flaky:
    case Reason::queue_timeout:
    case Reason::queue_full:
    case Reason::not_found:
    case Reason::not_executable:
    case Reason::spawn:
    case Reason::output_error: return true;
    case Reason::signal: return !begun();
    case Reason::timeout:
    case Reason::idle_timeout:
    case Reason::total_timeout:
    case Reason::output_limit:
    case Reason::memory_limit:
    case Reason::cpu_limit:
    case Reason::process_limit:
    case Reason::file_size_limit:
    case Reason::out_of_memory:
    case Reason::io:
    case Reason::supervisor_lost: return false;
  }
  return false;
}

}  // namespace oversee::model
