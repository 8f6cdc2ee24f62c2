// Writes the JSON summary.
#include "report/json_summary.hpp"

#include <chrono>

#include "model/date.hpp"
#include "report/json_text.hpp"

namespace oversee::report {
namespace {

constexpr int kRecordSchema = 1;

// The record is rewritten after each attempt; past this many attempts, at most once per kBetweenRecords.
constexpr int kManyAttempts = 32;
constexpr auto kBetweenRecords = std::chrono::seconds(1);

void head(JsonText& json, const model::RunInfo& info) {
  json.number("schema", kRecordSchema).text("run_id", info.id);
  write_head(json, info);
  json.text("started_at", model::format_date(info.started.wall));
}

void log_state(JsonText& json, model::LogFormat format, const LogState& log) {
  if (log.path.empty()) {
    json.null("log");
    return;
  }
  json.begin_object("log").text("path", log.path).text("format", to_string(format));
  json.boolean("complete", log.complete);
  if (!log.complete) json.text("error", log.error);
  json.end_object();
}

void events_state(JsonText& json, const EventsState& events) {
  json.begin_object("events").text("destination", events.destination).boolean("complete", events.complete());
  json.number("dropped_events", static_cast<std::int64_t>(events.dropped.events));
  json.number("dropped_bytes", static_cast<std::int64_t>(events.dropped.bytes));
  if (!events.error.empty()) json.text("error", events.error);
  json.end_object();
}

void own_lines(JsonText& json, const model::OwnLines& own) {
  json.begin_object("own_lines").number("dropped_lines", static_cast<std::int64_t>(own.dropped_lines));
  json.number("dropped_bytes", static_cast<std::int64_t>(own.dropped_bytes)).end_object();
}

// Contains all facts known at the start: if the front is killed, the guard completes the document
// (report/lost_summary).
std::string running_document(const model::RunInfo& info, const std::vector<SettingValue>& settings,
                             const model::AttemptHistory& ended, std::optional<model::Duration> waited) {
  JsonText json;
  json.begin_object();
  head(json, info);
  write_settings(json, settings);
  if (info.slot) write_slot(json, *info.slot, waited);
  if (!ended.empty()) write_attempts(json, ended.kept(), ended.omitted());
  json.text("status", info.slot && !waited ? "pending" : "running");
  if (info.log_path.empty()) {
    json.null("log");
  } else {
    json.begin_object("log").text("path", info.log_path).text("format", to_string(info.log_format)).end_object();
  }
  json.end_object();
  return json.take();
}

std::string final_document(const model::RunFinished& run, const std::vector<SettingValue>& settings,
                           const LogState& log, const std::optional<EventsState>& events, const model::OwnLines& own,
                           std::optional<model::Duration> waited) {
  JsonText json;
  json.begin_object();
  head(json, *run.info);
  json.text("finished_at", model::format_date(run.finished.wall));
  write_verdict(json, run);
  json.text("containment", to_string(run.attempts->back().containment))
      .text("proc", to_string(run.attempts->back().proc));
  if (run.info->slot) write_slot(json, *run.info->slot, waited);
  write_attempts(json, *run.attempts, run.omitted);
  write_settings(json, settings);
  log_state(json, run.info->log_format, log);
  if (events) events_state(json, *events);
  if (own.dropped_lines != 0) own_lines(json, own);
  json.end_object();
  return json.take();
}

}  // namespace

JsonSummary::JsonSummary(Stores stores, std::vector<SettingValue> settings, States states)
    : stores_(std::move(stores)), settings_(std::move(settings)), states_(std::move(states)) {}

void JsonSummary::on(const model::Event& event, const model::Reading& at) {
  if (const auto* started = std::get_if<model::RunStarted>(&event)) {
    info_ = started->info;
    tell_running();
  } else if (const auto* slot = std::get_if<model::SlotTaken>(&event)) {
    waited_ = slot->waited;
    tell_running();
  } else if (const auto* attempt = std::get_if<model::AttemptFinished>(&event)) {
    if (info_->attempts > 1) ended_.add(*attempt->result);
  } else if (std::holds_alternative<model::Retrying>(event)) {
    if (ended_.count() > kManyAttempts && at.instant - told_ < kBetweenRecords) return;
    told_ = at.instant;
    tell_running();
  } else if (const auto* finished = std::get_if<model::RunFinished>(&event)) {
    finished_ = *finished;
    if (states_.events) events_ = states_.events();
    tell_finished();
  }
}

void JsonSummary::finish(const model::OwnLines& own) {
  if (!finished_) return;
  own_lines_ = own;
  tell_finished();
}

void JsonSummary::tell_finished() {
  const LogState log = states_.log();
  // The log is closed after the verdict, and its close may have met the error.
  if (log.fails_run && finished_->verdict.exit == model::ExitAction{}) {
    finished_->verdict.exit.code = model::kExitOwnFailure;
  }
  stores_.final(final_document(*finished_, settings_, log, events_, own_lines_, waited_));
}

void JsonSummary::tell_running() {
  if (stores_.while_running) stores_.while_running(running_document(*info_, settings_, ended_, waited_));
}

}  // namespace oversee::report
