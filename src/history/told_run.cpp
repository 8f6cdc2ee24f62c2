// Converts the members of a record to values.
#include "history/told_run.hpp"

#include <algorithm>
#include <chrono>

#include "history/json_values.hpp"
#include "model/command_line.hpp"
#include "model/date.hpp"
#include "model/signal_name.hpp"

namespace oversee::history {
namespace {

using model::AttemptResult;

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

void read_limits(const JsonValue& json, AttemptResult& result) {
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

void read_survivors(const JsonValue& json, AttemptResult& result) {
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

model::ToldAttempt read_attempt(const JsonValue& json) {
  model::ToldAttempt told;
  AttemptResult& result = told.result;
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

}  // namespace

model::ToldRun tell_run(const SelectedRun& run, std::string_view text) {
  const RunRecord& record = run.record;
  model::ToldRun told;
  told.id = record.id;
  told.name = record.name;
  told.labels = record.labels;
  told.command = model::quote_command(record.command);
  told.host = record.host;
  told.pid = record.pid;
  told.status = run.status;
  told.reason = record.reason;
  told.summary = record.summary;
  told.started = run.started;
  told.duration = record.duration;
  told.exit_code = record.exit_code;
  told.signal = record.signal;
  told.exit_status = record.exit_status;
  told.flaky = record.flaky;
  told.log_path = record.log_path;
  told.log_error = record.log_error;
  const auto json = read_json(text);
  if (!json) return told;
  told.directory = text_of(*json, "directory");
  told.settings = texts_of(*json, "settings");
  for (const JsonValue& each : list_of(*json, "attempts")) told.attempts.push_back(read_attempt(each));
  told.omitted = read_omitted(*json);
  return told;
}

}  // namespace oversee::history
