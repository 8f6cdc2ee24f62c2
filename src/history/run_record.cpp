// Reads records: the only code that knows their members.
#include "history/run_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "history/json_values.hpp"
#include "history/life_lock.hpp"
#include "history/run_id.hpp"
#include "model/date.hpp"
#include "model/signal_name.hpp"
#include "os/host.hpp"
#include "os/own_place.hpp"
#include "os/process_stat.hpp"
#include "os/process_watch.hpp"

namespace oversee::history {
namespace {

std::unexpected<model::Failure> unreadable(std::string subject, std::string remedy) {
  return std::unexpected(model::Failure{"read the run's record", 0, std::move(subject), std::move(remedy)});
}

// Ignores numbers that cannot be inodes.
std::optional<std::uint64_t> inode_member(const JsonValue& json, std::string_view key) {
  const auto number = json.integer(key);
  return number && *number > 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

// A record without a place is assumed to be from here.
void read_place(const JsonValue& json, const RunDirectory& directory, RunRecord& record) {
  const auto* told = json.member("place");
  std::optional<std::uint64_t> lock;
  if (told != nullptr && told->object() != nullptr) {
    record.place = model::RunPlace{.host = record.host,
                                   .machine = text_of(*told, "machine"),
                                   .boot_id = text_of(*told, "boot_id"),
                                   .pid_namespace = inode_member(*told, "pid_namespace"),
                                   .time_namespace = inode_member(*told, "time_namespace")};
    lock = inode_member(*told, "life_lock");
  }
  if (!record.ended()) record.lock = look_at_life(directory, record.id, lock);
}

void read_end(const JsonValue& json, RunRecord& record) {
  record.reason = text_of(json, "reason");
  record.summary = text_of(json, "summary");
  record.exit_code = small_number_of(json, "exit_code");
  record.signal = text_of(json, "signal");
  record.exit_status = small_number_of(json, "exit_status");
  record.duration = duration_of(json, "duration_ms");
  record.flaky = is_set(json, "flaky");
}

// Looks up an enumerator by its name; `last` is the last one.
template <class Value>
Value word(const JsonValue& json, std::string_view key, Value last, Value otherwise) {
  const auto* text = json.text(key);
  for (int i = 0; text != nullptr && i <= static_cast<int>(last); ++i) {
    if (to_string(static_cast<Value>(i)) == *text) return static_cast<Value>(i);
  }
  return otherwise;
}

std::uint64_t count(const JsonValue& json, std::string_view key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(json.integer(key).value_or(0), 0));
}

// For a member that every record has.
model::Duration told_duration(const JsonValue& json, std::string_view key) {
  return duration_of(json, key).value_or(model::Duration{});
}

std::optional<model::Signal> signal_of(const JsonValue& json, std::string_view key) {
  const auto signal = model::parse_signal(text_of(json, key));
  return signal ? std::optional(*signal) : std::nullopt;
}

// CPU time is recorded in milliseconds and kept in nanoseconds.
std::uint64_t amount(const JsonValue& json, std::string_view key, model::Resource resource) {
  if (resource != model::Resource::cpu) return count(json, key);
  return static_cast<std::uint64_t>(told_duration(json, key).count());
}

void read_limits(const JsonValue& json, model::AttemptResult& result) {
  using model::LimitMeans;
  using model::Resource;
  for (const JsonValue& each : list_of(json, "limits")) {
    model::HeldLimit held;
    held.resource = word(each, "resource", Resource::file_size, Resource::memory);
    held.allowed = amount(each, "allowed", held.resource);
    held.means = word(each, "means", LimitMeans::rlimit, LimitMeans::sampling);
    if (each.integer("backstop")) held.backstop = amount(each, "backstop", held.resource);
    result.limits.push_back(held);
  }
  const auto* told = json.member("limit_passed");
  if (told == nullptr) return;
  model::PassedLimit passed;
  passed.resource = word(*told, "resource", Resource::file_size, Resource::memory);
  passed.used = amount(*told, "used", passed.resource);
  passed.allowed = amount(*told, "allowed", passed.resource);
  passed.means = word(*told, "means", LimitMeans::rlimit, LimitMeans::sampling);
  if (const auto* largest = told->member("process")) {
    passed.largest = {small_number_of(*largest, "pid").value_or(0), text_of(*largest, "name"),
                      amount(*largest, "used", passed.resource)};
  }
  result.passed_limit = std::move(passed);
}

void read_usage(const JsonValue& json, model::Usage& usage) {
  usage.user = told_duration(json, "cpu_user_ms");
  usage.system = told_duration(json, "cpu_system_ms");
  usage.max_rss_bytes = count(json, "max_rss_bytes");
  if (text_of(json, "memory_peak_of") == "tree") usage.peak_bytes = count(json, "memory_peak_bytes");
  usage.processes = count(json, "processes");
  usage.major_faults = count(json, "major_faults");
  usage.voluntary_switches = count(json, "voluntary_switches");
  usage.involuntary_switches = count(json, "involuntary_switches");
  usage.read_bytes = count(json, "read_bytes");
  usage.written_bytes = count(json, "written_bytes");
  usage.accuracy = word(json, "usage_accuracy", model::Accuracy::exact, model::Accuracy::lower_bound);
}

void read_stream(const JsonValue& json, std::string_view key, model::StreamCount& stream) {
  const auto* told = json.member(key);
  if (told == nullptr || !told->integer("bytes")) return;
  stream.counted = true;
  stream.bytes = count(*told, "bytes");
  stream.lines = count(*told, "lines");
  stream.omitted_bytes = count(*told, "omitted");
}

void read_survivors(const JsonValue& json, model::AttemptResult& result) {
  for (const JsonValue& each : list_of(json, "leaked")) {
    model::Survivor survivor;
    survivor.pid = small_number_of(each, "pid").value_or(0);
    survivor.command = text_of(each, "command");
    const auto* holds = each.member("holds");
    survivor.holds.known = holds != nullptr && holds->array() != nullptr;
    for (const JsonValue& stream : list_of(each, "holds")) {
      if (stream.text() == nullptr) continue;
      (*stream.text() == "stdout" ? survivor.holds.out : survivor.holds.err) = true;
    }
    result.leaked.push_back(std::move(survivor));
  }
  result.leaked_live = text_of(json, "leaked_fate") == "left";
  result.leaked_more = count(json, "leaked_more");
  for (const JsonValue& each : list_of(json, "unkilled")) {
    result.unkilled.push_back({small_number_of(each, "pid").value_or(0), text_of(each, "command")});
  }
  result.unkilled_more = count(json, "unkilled_more");
  result.unkilled_unknown = is_set(json, "unkilled_unknown");
}

model::RecordedAttempt read_attempt(const JsonValue& json) {
  model::RecordedAttempt told;
  model::AttemptResult& result = told.result;
  result.number = small_number_of(json, "number").value_or(1);
  result.status = word(json, "status", model::Status::cancelled, model::Status::failed);
  result.reason = word(json, "reason", model::Reason::supervisor_lost, model::Reason::exit);
  result.exit_code = small_number_of(json, "exit_code");
  result.signal = signal_of(json, "signal");
  result.forced = is_set(json, "forced");
  if (const auto* spawn = json.member("spawn_failure")) {
    result.spawn_failure = {text_of(*spawn, "stage"), small_number_of(*spawn, "errno").value_or(0),
                            text_of(*spawn, "subject")};
  }
  if (const auto* by = json.member("cancelled_by")) {
    result.cancelled_by = {signal_of(*by, "signal").value_or(0), small_number_of(*by, "pid").value_or(0)};
  }
  if (const auto started = model::read_date(text_of(json, "started_at"))) result.started.wall = *started;
  result.finished.instant = result.started.instant + told_duration(json, "duration_ms");
  result.out_of_memory_kills = count(json, "out_of_memory_kills");
  read_usage(json, result.usage);
  read_limits(json, result);
  read_stream(json, "stdout", result.out);
  read_stream(json, "stderr", result.err);
  read_survivors(json, result);
  if (const auto* evidence = json.member("evidence")) {
    told.evidence = text_of(*evidence, "sentence");
    result.silent = told_duration(*evidence, "silent_ms");
  }
  return told;
}

std::optional<model::OmittedAttempts> read_omitted(const JsonValue& json) {
  const auto* told = json.member("attempts_omitted");
  if (told == nullptr) return {};
  model::OmittedAttempts omitted;
  omitted.first = small_number_of(*told, "first").value_or(0);
  omitted.last = small_number_of(*told, "last").value_or(0);
  if (omitted.first < 1 || omitted.last < omitted.first) return {};
  omitted.remaining = count(*told, "remaining");
  const auto* reasons = told->member("reasons");
  for (int i = 0; reasons != nullptr && i <= static_cast<int>(model::Reason::supervisor_lost); ++i) {
    const auto reason = static_cast<model::Reason>(i);
    if (const std::uint64_t number = count(*reasons, to_string(reason)); number != 0) omitted.reasons[reason] = number;
  }
  return omitted;
}

void read_attempts(const JsonValue& json, RunRecord& record) {
  const JsonValue::Array& attempts = list_of(json, "attempts");
  for (const JsonValue& each : attempts) record.attempts.push_back(read_attempt(each));
  record.omitted = read_omitted(json);
  if (!attempts.empty()) record.last_attempt = duration_of(attempts.back(), "duration_ms");
}

Nearness nearness_of(const RunRecord& record) {
  if (record.place) return nearness(*record.place, os::own_place());
  const bool here = record.host.empty() || record.host == os::host_name();
  return here ? Nearness::comparable : Nearness::other_host;
}

// Compares start times in whole milliseconds, the precision of the record; a recorded 0 means unknown.
ProcessSeen see_process(const RunRecord& record, Nearness near) {
  if (!shares_pids(near)) return ProcessSeen::unknown;
  if (record.pid <= 0 || !os::process_exists(record.pid)) return ProcessSeen::gone;
  const auto process = os::process_stat(record.pid);
  if (!process) return os::process_exists(record.pid) ? ProcessSeen::unknown : ProcessSeen::gone;
  if (process->state == 'Z' || !record.born) return ProcessSeen::gone;
  if (near != Nearness::comparable || *record.born == model::Duration{}) return ProcessSeen::unknown;
  const bool same = model::whole_milliseconds(process->born) == model::whole_milliseconds(*record.born);
  return same ? ProcessSeen::same : ProcessSeen::gone;
}

}  // namespace

model::Result<RunRecord> read_record(const RunDirectory& directory, const std::string& id) {
  const std::string name = id + std::string(kRecordSuffix);
  const auto text = directory.read(name);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) {
    return unreadable(directory.path_of(name), "it is empty: the run is about to start, or was killed before it did");
  }
  return parse_record(*text, directory, id);
}

model::Result<RunRecord> parse_record(std::string_view text, const RunDirectory& directory, const std::string& id) {
  const auto json = read_json(text);
  const auto* status = json ? json->text("status") : nullptr;
  const auto* started = json ? json->text("started_at") : nullptr;
  const auto pid = json ? small_number_of(*json, "pid") : std::nullopt;
  const auto* log = json ? json->member("log") : nullptr;
  if (status == nullptr || started == nullptr || !pid || log == nullptr) {
    return unreadable(directory.path_of(id + std::string(kRecordSuffix)), "it is not a summary of oversee's");
  }
  RunRecord record;
  record.id = id;
  record.status = *status;
  record.pid = *pid;
  record.born = duration_of(*json, "pid_born_ms");
  record.host = text_of(*json, "host");
  record.started_at = *started;
  record.started = model::read_date(*started).value_or(start_of(id));
  record.name = text_of(*json, "name");
  record.labels = texts_of(*json, "labels");
  for (const JsonValue& word : list_of(*json, "command")) {
    if (word.text() != nullptr) record.command.push_back(*word.text());
  }
  record.directory = text_of(*json, "directory");
  record.settings = texts_of(*json, "settings");
  record.log_path = text_of(*log, "path");
  record.log_format = text_of(*log, "format");
  record.log_error = text_of(*log, "error");
  read_place(*json, directory, record);
  read_end(*json, record);
  read_attempts(*json, record);
  return record;
}

RunState state_of(const RunRecord& record) {
  if (record.ended()) return RunState::ended;
  const Nearness near = nearness_of(record);
  switch (judge_life(near, see_process(record, near), record.lock)) {
    case Life::alive: return record.status == "pending" ? RunState::pending : RunState::running;
    case Life::gone: return RunState::lost;
    case Life::unknown: break;
  }
  return RunState::unknown;
}

bool shares_pids(const RunRecord& record) { return shares_pids(nearness_of(record)); }

std::string why_foreign(const RunRecord& record) {
  switch (nearness_of(record)) {
    case Nearness::comparable:
    case Nearness::same_pids: return fmt::format("pid {} may be another process by now", record.pid);
    case Nearness::other_pids: return fmt::format("it runs in another PID namespace (pid {} there)", record.pid);
    case Nearness::earlier_boot: return "it was started before this machine was";
    case Nearness::other_host: return fmt::format("it runs on host {} (pid {} there)", record.host, record.pid);
  }
  return {};
}

std::string shown_status(const RunRecord& record) {
  switch (state_of(record)) {
    case RunState::lost: return "lost";
    case RunState::unknown: return "unknown";
    case RunState::pending:
    case RunState::running:
    case RunState::ended: break;
  }
  return record.status;
}

}  // namespace oversee::history
