// Writes the JSON summary.
#include "report/json_summary.hpp"

#include <optional>

#include "model/date.hpp"
#include "report/json_text.hpp"

namespace oversee::report {
namespace {

constexpr int kSchema = 1;

std::int64_t milliseconds(model::Duration duration) {
  return std::chrono::round<std::chrono::milliseconds>(duration).count();
}

void optional_number(JsonText& json, std::string_view key, const std::optional<int>& value) {
  if (value) {
    json.number(key, *value);
  } else {
    json.null(key);
  }
}

void optional_signal(JsonText& json, std::string_view key, const std::optional<model::Signal>& signal) {
  if (signal) {
    json.text(key, model::signal_name(*signal));
  } else {
    json.null(key);
  }
}

void head(JsonText& json, const model::RunInfo& info) {
  json.number("schema", kSchema).text("run_id", info.id).text("name", info.name).text("version", info.version);
  json.begin_array("command");
  for (const std::string& word : info.argv) json.text({}, word);
  json.end_array();
  json.text("directory", info.directory).text("host", info.host).number("pid", info.pid);
  json.text("started_at", model::format_date(info.started.wall));
}

void stream(JsonText& json, std::string_view key, const model::StreamCount& count) {
  json.begin_object(key);
  if (count.counted) {
    json.number("bytes", static_cast<std::int64_t>(count.bytes));
    json.number("lines", static_cast<std::int64_t>(count.lines));
    json.number("captured", static_cast<std::int64_t>(count.bytes - count.omitted_bytes));
    json.number("omitted", static_cast<std::int64_t>(count.omitted_bytes));
    if (count.spilled_bytes != 0) {
      json.number("spilled", static_cast<std::int64_t>(count.spilled_bytes)).text("spill_file", count.spill_path);
    }
  } else {
    json.null("bytes").null("lines").null("captured").null("omitted");
  }
  json.end_object();
}

void processes(JsonText& json, std::string_view key, const std::vector<model::ProcessName>& list) {
  json.begin_array(key);
  for (const model::ProcessName& each : list) {
    json.begin_object().number("pid", each.pid).text("command", each.command).end_object();
  }
  json.end_array();
}

void attempt(JsonText& json, const model::AttemptResult& result) {
  json.begin_object().number("number", result.number);
  json.text("status", to_string(result.status)).text("reason", to_string(result.reason));
  optional_number(json, "exit_code", result.exit_code);
  optional_signal(json, "signal", result.signal);
  json.boolean("forced", result.forced);
  if (result.spawn_failure) {
    json.begin_object("spawn_failure").text("stage", result.spawn_failure->stage);
    json.number("errno", result.spawn_failure->error).text("subject", result.spawn_failure->subject).end_object();
  }
  if (result.cancelled_by) {
    json.begin_object("cancelled_by").text("signal", model::signal_name(result.cancelled_by->signal));
    json.number("pid", result.cancelled_by->pid).end_object();
  }
  json.text("started_at", model::format_date(result.started.wall));
  json.number("duration_ms", milliseconds(result.duration()));
  json.number("cpu_user_ms", milliseconds(result.usage.user));
  json.number("cpu_system_ms", milliseconds(result.usage.system));
  json.number("max_rss_bytes", static_cast<std::int64_t>(result.usage.max_rss_bytes));
  json.number("processes", static_cast<std::int64_t>(result.usage.processes));
  stream(json, "stdout", result.out);
  stream(json, "stderr", result.err);
  processes(json, "leaked", result.leaked);
  processes(json, "unkilled", result.unkilled);
  json.end_object();
}

std::string running_document(const model::RunInfo& info) {
  JsonText json;
  json.begin_object();
  head(json, info);
  json.text("status", "running");
  if (info.log_path.empty()) {
    json.null("log");
  } else {
    json.begin_object("log").text("path", info.log_path).text("format", to_string(info.log_format)).end_object();
  }
  json.end_object();
  return json.take();
}

std::string final_document(const model::RunFinished& run, const std::vector<SettingValue>& settings,
                           const LogState& log) {
  const model::AttemptResult& last = run.attempts->back();
  JsonText json;
  json.begin_object();
  head(json, *run.info);
  json.text("finished_at", model::format_date(run.finished.wall));
  json.number("duration_ms", milliseconds(run.finished.instant - run.info->started.instant));
  json.text("status", to_string(last.status)).text("reason", to_string(last.reason));
  json.text("summary", describe(last));
  optional_number(json, "exit_code", last.exit_code);
  optional_signal(json, "signal", last.signal);
  json.number("exit_status", run.exit.shell_status()).boolean("flaky", false);
  json.text("containment", "subreaper");
  json.begin_array("attempts");
  for (const model::AttemptResult& each : *run.attempts) attempt(json, each);
  json.end_array();
  json.begin_object("settings");
  for (const SettingValue& each : settings) json.text(each.key, each.value);
  json.end_object();
  if (log.path.empty()) {
    json.null("log");
  } else {
    json.begin_object("log").text("path", log.path).text("format", to_string(run.info->log_format));
    json.boolean("complete", log.complete);
    if (!log.complete) json.text("error", log.error);
    json.end_object();
  }
  json.end_object();
  return json.take();
}

}  // namespace

JsonSummary::JsonSummary(Stores stores, std::vector<SettingValue> settings, std::function<LogState()> log)
    : stores_(std::move(stores)), settings_(std::move(settings)), log_(std::move(log)) {}

void JsonSummary::on(const model::Event& event, const model::Reading&) {
  if (const auto* started = std::get_if<model::RunStarted>(&event)) {
    if (stores_.while_running) stores_.while_running(running_document(*started->info));
  } else if (const auto* finished = std::get_if<model::RunFinished>(&event)) {
    stores_.final(final_document(*finished, settings_, log_()));
  }
}

}  // namespace oversee::report
