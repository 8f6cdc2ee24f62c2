// Reads records.
#include "history/run_record.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "history/json_values.hpp"
#include "history/life_lock.hpp"
#include "os/host.hpp"
#include "os/own_place.hpp"
#include "os/process_stat.hpp"
#include "os/process_watch.hpp"

namespace oversee::history {
namespace {

std::unexpected<model::Failure> failure(std::string subject, std::string remedy) {
  return std::unexpected(model::Failure{"read the run's record", 0, std::move(subject), std::move(remedy)});
}

void read_lists(const JsonValue& json, RunRecord& record) {
  record.labels = texts_of(json, "labels");
  for (const JsonValue& word : list_of(json, "command")) {
    if (word.text() != nullptr) record.command.push_back(*word.text());
  }
  const JsonValue::Array& attempts = list_of(json, "attempts");
  record.attempts = static_cast<int>(attempts.size());
  if (const auto* omitted = json.member("attempts_omitted")) {
    record.attempts += std::max(small_number_of(*omitted, "count").value_or(0), 0);
  }
  if (!attempts.empty()) record.last_attempt = duration_of(attempts.back(), "duration_ms");
}

// Ignores numbers that cannot be inodes.
std::optional<std::uint64_t> inode_of(const JsonValue& json, std::string_view key) {
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
                                   .pid_namespace = inode_of(*told, "pid_namespace"),
                                   .time_namespace = inode_of(*told, "time_namespace")};
    lock = inode_of(*told, "life_lock");
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
    return failure(directory.path_of(name), "it is empty: the run is about to start, or was killed before it did");
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
    return failure(directory.path_of(id + std::string(kRecordSuffix)), "it is not a summary of oversee's");
  }
  RunRecord record;
  record.id = id;
  record.status = *status;
  record.pid = *pid;
  record.born = duration_of(*json, "pid_born_ms");
  record.host = text_of(*json, "host");
  record.started_at = *started;
  record.name = text_of(*json, "name");
  record.log_path = text_of(*log, "path");
  record.log_format = text_of(*log, "format");
  record.log_error = text_of(*log, "error");
  read_place(*json, directory, record);
  read_lists(*json, record);
  read_end(*json, record);
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
