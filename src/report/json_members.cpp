// Writes the members that the documents share.
#include "report/json_members.hpp"

#include <optional>

#include "model/date.hpp"
#include "model/utf8.hpp"
#include "report/base64.hpp"

namespace oversee::report {
namespace {

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
  if (!result.leaked.empty()) {
    json.text("leaked_fate", result.leaked_live ? "left" : result.all_killed() ? "killed" : "not_all_killed");
  }
  if (result.leaked_more != 0) json.number("leaked_more", static_cast<std::int64_t>(result.leaked_more));

  json.begin_array("unkilled");
  for (const model::ProcessName& each : result.unkilled) {
    json.begin_object().number("pid", each.pid).text("command", each.command).end_object();
  }
  json.end_array();
  if (result.unkilled_more != 0) json.number("unkilled_more", static_cast<std::int64_t>(result.unkilled_more));
  if (result.unkilled_unknown) json.boolean("unkilled_unknown", true);
}

// Bytes and counts unchanged, CPU time in milliseconds.
std::int64_t amount(model::Resource resource, std::uint64_t value) {
  const auto number = static_cast<std::int64_t>(value);
  return resource == model::Resource::cpu ? whole_milliseconds(model::Duration(number)) : number;
}

std::string_view unit(model::Resource resource) {
  switch (resource) {
    case model::Resource::memory:
    case model::Resource::file_size: return "bytes";
    case model::Resource::cpu: return "ms";
    case model::Resource::processes: return "processes";
  }
  return "";
}

void limits_held(JsonText& json, const std::vector<model::HeldLimit>& limits) {
  json.begin_array("limits");
  for (const model::HeldLimit& each : limits) {
    json.begin_object().text("resource", to_string(each.resource)).text("unit", unit(each.resource));
    json.number("allowed", amount(each.resource, each.allowed)).text("means", to_string(each.means));
    if (each.backstop) json.number("backstop", amount(each.resource, *each.backstop));
    json.end_object();
  }
  json.end_array();
}

void limit_passed(JsonText& json, const model::PassedLimit& passed) {
  json.begin_object("limit_passed").text("resource", to_string(passed.resource)).text("unit", unit(passed.resource));
  if (passed.used != 0) {
    json.number("used", amount(passed.resource, passed.used));
  } else {
    json.null("used");
  }
  json.number("allowed", amount(passed.resource, passed.allowed)).text("means", to_string(passed.means));
  if (passed.largest.pid != 0) {
    json.begin_object("process").number("pid", passed.largest.pid).text("name", passed.largest.name);
    json.number("used", amount(passed.resource, passed.largest.used)).end_object();
  }
  json.end_object();
}

// From wait4(2), or from a source for the whole tree.
void usage_members(JsonText& json, const model::Usage& usage) {
  const auto number = [&](std::string_view key, std::uint64_t value) {
    json.number(key, static_cast<std::int64_t>(value));
  };
  json.number("cpu_user_ms", whole_milliseconds(usage.user)).number("cpu_system_ms", whole_milliseconds(usage.system));
  number("max_rss_bytes", usage.max_rss_bytes);
  number("memory_peak_bytes", usage.peak_bytes != 0 ? usage.peak_bytes : usage.max_rss_bytes);
  json.text("memory_peak_of", usage.peak_bytes != 0 ? "tree" : "largest_process");
  number("processes", usage.processes);
  number("major_faults", usage.major_faults);
  number("voluntary_switches", usage.voluntary_switches);
  number("involuntary_switches", usage.involuntary_switches);
  number("read_bytes", usage.read_bytes);
  number("written_bytes", usage.written_bytes);
  json.text("usage_accuracy", to_string(usage.accuracy));
}

// Unknown values are null.
void write_place(JsonText& json, const model::RunInfo& info) {
  const auto number = [&](std::string_view key, const std::optional<std::uint64_t>& value) {
    json.number_or_null(key, value ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt);
  };
  json.begin_object("place").text_or_null("machine", info.place->machine);
  json.text_or_null("boot_id", info.place->boot_id);
  number("pid_namespace", info.place->pid_namespace);
  number("time_namespace", info.place->time_namespace);
  number("life_lock", info.life_lock);
  json.end_object();
}

}  // namespace

void write_head(JsonText& json, const model::RunInfo& info) {
  json.text("name", info.name);
  json.begin_object("labels");
  for (const auto& [key, value] : info.labels) json.text(key, value);
  json.end_object();
  json.text("version", info.version);
  json.begin_array("command");
  for (const std::string& word : info.argv) json.text({}, word);
  json.end_array();
  json.text("directory", info.directory).text("host", info.host).number("pid", info.pid);
  json.number("pid_born_ms", whole_milliseconds(info.born));
  if (info.place) write_place(json, info);
}

void write_slot(JsonText& json, const model::SlotRequest& request, std::optional<model::Duration> waited) {
  json.begin_object("slot").text("group", request.group);
  json.number("max_concurrent", static_cast<std::int64_t>(request.most));
  if (waited) {
    json.number("waited_ms", whole_milliseconds(*waited));
  } else {
    json.null("waited_ms");
  }
  json.end_object();
}

void write_attempts(JsonText& json, const std::vector<model::AttemptResult>& attempts,
                    const model::OmittedAttempts* omitted) {
  if (omitted != nullptr) {
    json.begin_object("attempts_omitted").number("first", omitted->first).number("last", omitted->last);
    json.number("count", static_cast<std::int64_t>(omitted->count()));
    json.number("remaining", static_cast<std::int64_t>(omitted->remaining)).begin_object("reasons");
    for (const auto& [reason, count] : omitted->reasons)
      json.number(to_string(reason), static_cast<std::int64_t>(count));
    json.end_object().end_object();
  }
  json.begin_array("attempts");
  for (const model::AttemptResult& each : attempts) {
    if (each.begun()) write_attempt(json, {}, each);
  }
  json.end_array();
}

void write_settings(JsonText& json, const std::vector<SettingValue>& settings) {
  json.begin_object("settings");
  for (const SettingValue& each : settings) json.text(each.key, each.value);
  json.end_object();
}

void write_verdict(JsonText& json, const model::RunFinished& run) {
  const model::AttemptResult& last = run.attempts->back();
  const model::Verdict& verdict = run.verdict;
  json.number("duration_ms", whole_milliseconds(run.finished.instant - run.info->started.instant));
  json.text("status", to_string(verdict.status)).text("reason", to_string(verdict.reason));
  json.text("summary", describe(verdict, *run.attempts, run.omitted));
  write_end(json, last.exit_code, last.signal);
  json.number("exit_status", verdict.exit.shell_status()).boolean("flaky", verdict.flaky);
}

void write_bytes(JsonText& json, std::string_view bytes) {
  if (model::is_utf8(bytes)) {
    json.text("text", bytes);
  } else {
    json.text("base64", base64(bytes));
  }
}

void write_end(JsonText& json, std::optional<int> exit_code, std::optional<model::Signal> signal) {
  json.number_or_null("exit_code", exit_code);
  optional_signal(json, "signal", signal);
}

void write_attempt(JsonText& json, std::string_view key, const model::AttemptResult& result) {
  json.begin_object(key).number("number", result.number);
  json.text("status", to_string(result.status)).text("reason", to_string(result.reason));
  write_end(json, result.exit_code, result.signal);
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
  json.number("duration_ms", whole_milliseconds(result.duration()));
  usage_members(json, result.usage);
  if (!result.limits.empty()) limits_held(json, result.limits);
  if (result.passed_limit) limit_passed(json, *result.passed_limit);
  if (result.out_of_memory_kills != 0) {
    json.number("out_of_memory_kills", static_cast<std::int64_t>(result.out_of_memory_kills));
  }
  stream(json, "stdout", result.out);
  stream(json, "stderr", result.err);
  if (result.evidence) write_evidence(json, "evidence", *result.evidence);
  const auto line = [&](model::UserLineKind kind, const std::optional<model::UserLineResult>& how) {
    if (how) write_user_line(json, to_string(kind), *how);
  };
  line(model::UserLineKind::on_timeout, result.on_timeout);
  line(model::UserLineKind::before_retry, result.before_retry);
  survivors(json, result);
  json.end_object();
}

}  // namespace oversee::report
