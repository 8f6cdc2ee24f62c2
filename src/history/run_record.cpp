// Reads records.
#include "history/run_record.hpp"

#include <chrono>

#include "history/json_values.hpp"
#include "os/host.hpp"
#include "os/process_stat.hpp"

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
  if (!attempts.empty()) record.last_attempt = duration_of(attempts.back(), "duration_ms");
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
  read_lists(*json, record);
  read_end(*json, record);
  return record;
}

RunState state_of(const RunRecord& record) {
  if (record.ended()) return RunState::ended;
  const RunState live = record.status == "pending" ? RunState::pending : RunState::running;
  if (!record.host.empty() && record.host != os::host_name()) return live;
  const auto process = os::process_stat(record.pid);
  const bool same = process && process->state != 'Z' && record.born &&
                    model::whole_milliseconds(process->born) == model::whole_milliseconds(*record.born);
  return same ? live : RunState::lost;
}

std::string shown_status(const RunRecord& record) {
  return state_of(record) == RunState::lost ? "lost" : record.status;
}

}  // namespace oversee::history
