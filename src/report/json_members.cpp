// Writes what the documents have in common.
#include "report/json_members.hpp"

#include <optional>

#include "model/date.hpp"

namespace oversee::report {
namespace {

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

void survivors(JsonText& json, const model::AttemptResult& result) {
  json.begin_array("leaked");
  for (const model::Survivor& each : result.leaked) {
    json.begin_object().number("pid", each.pid).text("command", each.command);
    if (each.holds.known) {
      json.begin_array("holds");
      if (each.holds.out) json.text({}, "stdout");
      if (each.holds.err) json.text({}, "stderr");
      json.end_array();
    } else {
      json.null("holds");
    }
    json.end_object();
  }
  json.end_array();
  if (!result.leaked.empty()) json.text("leaked_fate", result.leaked_live ? "left" : "killed");
  if (result.leaked_more != 0) json.number("leaked_more", static_cast<std::int64_t>(result.leaked_more));

  json.begin_array("unkilled");
  for (const model::ProcessName& each : result.unkilled) {
    json.begin_object().number("pid", each.pid).text("command", each.command).end_object();
  }
  json.end_array();
  if (result.unkilled_more != 0) json.number("unkilled_more", static_cast<std::int64_t>(result.unkilled_more));
}

}  // namespace

std::int64_t milliseconds(model::Duration duration) {
  return std::chrono::round<std::chrono::milliseconds>(duration).count();
}

void write_head(JsonText& json, const model::RunInfo& info) {
  json.text("name", info.name).text("version", info.version);
  json.begin_array("command");
  for (const std::string& word : info.argv) json.text({}, word);
  json.end_array();
  json.text("directory", info.directory).text("host", info.host).number("pid", info.pid);
}

void write_settings(JsonText& json, const std::vector<SettingValue>& settings) {
  json.begin_object("settings");
  for (const SettingValue& each : settings) json.text(each.key, each.value);
  json.end_object();
}

void write_verdict(JsonText& json, const model::RunFinished& run) {
  const model::AttemptResult& last = run.attempts->back();
  json.number("duration_ms", milliseconds(run.finished.instant - run.info->started.instant));
  json.text("status", to_string(last.status)).text("reason", to_string(last.reason));
  json.text("summary", describe(last));
  optional_number(json, "exit_code", last.exit_code);
  optional_signal(json, "signal", last.signal);
  json.number("exit_status", run.exit.shell_status()).boolean("flaky", false);
}

void write_attempt(JsonText& json, std::string_view key, const model::AttemptResult& result) {
  json.begin_object(key).number("number", result.number);
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
  survivors(json, result);
  json.end_object();
}

}  // namespace oversee::report
