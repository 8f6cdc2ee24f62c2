// Formats the answers.
#include "cli/serve_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "history/json_values.hpp"
#include "model/outcome.hpp"
#include "report/json_text.hpp"

namespace oversee::cli {
namespace {

using history::JsonValue;
using report::JsonText;

constexpr std::string_view kSelf = "oversee: ";
constexpr std::string_view kWarning = "oversee: warning: ";
constexpr std::size_t kMostWarnings = 16;

// Members of the summary that the result includes.
constexpr std::array<std::string_view, 11> kVerdict{"run_id", "started_at",  "finished_at", "duration_ms",
                                                    "status", "reason",      "summary",     "exit_code",
                                                    "signal", "exit_status", "flaky"};

JsonText begin(std::string_view id, std::string_view reply) {
  JsonText json(JsonText::Layout::line);
  json.begin_object().text("id", id).text("reply", reply);
  return json;
}

void count(JsonText& json, std::string_view key, const report::Dropped& dropped) {
  json.begin_object(key).number("events", static_cast<std::int64_t>(dropped.events));
  json.number("bytes", static_cast<std::int64_t>(dropped.bytes)).end_object();
}

// Our own JSON contains only integers, no fractions.
void copy(JsonText& json, std::string_view key, const JsonValue& value) {
  if (const auto* text = value.text()) {
    json.text(key, *text);
  } else if (const auto* truth = value.boolean()) {
    json.boolean(key, *truth);
  } else if (const auto number = value.integer()) {
    json.number(key, *number);
  } else if (const auto* list = value.array()) {
    json.begin_array(key);
    for (const JsonValue& each : *list) copy(json, {}, each);
    json.end_array();
  } else if (const auto* members = value.object()) {
    json.begin_object(key);
    for (const auto& [name, each] : *members) copy(json, name, each);
    json.end_object();
  } else {
    json.null(key);
  }
}

report::Dropped read_count(const JsonValue* value, std::string_view events, std::string_view bytes) {
  if (value == nullptr) return {};
  const auto number = [&](std::string_view key) { return static_cast<std::uint64_t>(value->integer(key).value_or(0)); };
  return {number(events), number(bytes)};
}

report::Dropped operator+(const report::Dropped& one, const report::Dropped& other) {
  return {one.events + other.events, one.bytes + other.bytes};
}

bool is_event(std::string_view line, std::string_view event) {
  constexpr std::string_view kStart = R"({"event":")";
  return line.starts_with(kStart) && line.substr(kStart.size()).starts_with(event) &&
         line.substr(kStart.size() + event.size()).starts_with('"');
}

bool is_streams(std::string_view line) { return is_event(line, "stdout") || is_event(line, "stderr"); }

bool is_output(std::string_view line) {
  return is_streams(line) || is_event(line, "on_timeout_output") || is_event(line, "before_retry_output");
}

// Bytes of the command's output in an event.
std::size_t bytes_in(const JsonValue& event) {
  if (const auto* text = event.text("text")) return text->size();
  const auto* base64 = event.text("base64");
  if (base64 == nullptr) return 0;
  const std::size_t padding = base64->size() - std::min(base64->find_last_not_of('=') + 1, base64->size());
  return base64->size() / 4 * 3 - padding;
}

// Takes the next line of the stderr of a run's oversee.
std::optional<std::string_view> take_line(std::string_view& said) {
  if (said.empty()) return {};
  const std::string_view line = said.substr(0, said.find('\n'));
  said.remove_prefix(std::min(line.size() + 1, said.size()));
  return line;
}

std::string_view refusal_in(std::string_view said) {
  while (const auto line = take_line(said)) {
    if (line->starts_with(kSelf) && !line->starts_with(kWarning)) return line->substr(kSelf.size());
  }
  return {};
}

void write_warnings(JsonText& json, std::string_view said) {
  json.begin_array("warnings");
  std::size_t told = 0;
  while (const auto line = take_line(said)) {
    if (line->starts_with(kWarning) && told++ < kMostWarnings) json.text({}, line->substr(kWarning.size()));
  }
  json.end_array();
}

void write_state(JsonText& json, const AnsweredRun& run) {
  json.text("run", run.id).text("state", run.running ? "running" : "pending").boolean("cancelled", run.cancelled);
}

}  // namespace

void ServeAnswers::refuse(std::string_view id, std::uint64_t line, std::string_view sentence) {
  JsonText json(JsonText::Layout::line);
  json.begin_object();
  if (!id.empty()) json.text("id", id);
  json.text("reply", "error").number("line", static_cast<std::int64_t>(line)).text("error", sentence);
  write(std::move(json));
}

void ServeAnswers::accept(const AnsweredRun& run) {
  JsonText json = begin(run.id, "accepted");
  json.number("line", static_cast<std::int64_t>(run.line));
  write(std::move(json));
}

void ServeAnswers::cancel(const CancelRequest& request, const AnsweredRun& run) {
  JsonText json = begin(request.id, "cancelled");
  json.text("run", run.id).text("state", run.running ? "running" : "pending");
  write(std::move(json));
}

void ServeAnswers::status(const std::string& id, const std::vector<const AnsweredRun*>& runs) {
  JsonText json = begin(id, "status");
  json.begin_array("runs");
  for (const AnsweredRun* run : runs) {
    json.begin_object();
    write_state(json, *run);
    if (run->running) json.number("pid", run->pid).number("attempt", run->attempt);
    if (!run->run_id.empty()) json.text("run_id", run->run_id);
    json.end_object();
  }
  json.end_array();
  write(std::move(json));
}

void ServeAnswers::list(const std::string& id, const std::vector<const AnsweredRun*>& runs, const ServeCounts& counts) {
  JsonText json = begin(id, "list");
  for (const bool running : {true, false}) {
    json.begin_array(running ? "running" : "pending");
    for (const AnsweredRun* run : runs) {
      if (run->running == running) json.text({}, run->id);
    }
    json.end_array();
  }
  json.number("ended", static_cast<std::int64_t>(counts.ended));
  json.number("max_concurrent", static_cast<std::int64_t>(counts.max_concurrent));
  write(std::move(json));
}

void ServeAnswers::event(AnsweredRun& run, std::string_view line) {
  if (is_event(line, "started") || is_event(line, "attempt_started")) {
    if (const auto event = history::read_json(line)) {
      if (const auto* run_id = event->text("run_id")) run.run_id = *run_id;
      run.attempt = static_cast<int>(event->integer("attempt").value_or(0));
    }
  }
  if (!run.output && is_streams(line)) return;
  if (full_ && is_output(line)) {
    const JsonValue event = history::read_json(line).value_or(JsonValue());
    const report::Dropped dropped{1, bytes_in(event)};
    run.dropped = run.dropped + dropped;
    // Only this event carried the count of events that the run's oversee had dropped; keep the count.
    run.gap = run.gap + dropped + read_count(event.member("dropped"), "events", "bytes");
    return;
  }
  if (run.gap.events != 0 || (run.dropped.events != 0 && is_event(line, "finished"))) return write_with_gap(run, line);
  JsonText json(JsonText::Layout::line);
  json.begin_object().text("id", run.id);
  std::string text = json.take();
  text.back() = ',';
  text += line.substr(1);
  text += '\n';
  full_ = !sink_.write(text);
}

// Adds our own dropped counts to those of the run's oversee.
void ServeAnswers::write_with_gap(AnsweredRun& run, std::string_view line) {
  const auto event = history::read_json(line);
  if (!event || event->object() == nullptr) return;
  JsonText json(JsonText::Layout::line);
  json.begin_object().text("id", run.id);
  const report::Dropped gap = std::exchange(run.gap, {}) + read_count(event->member("dropped"), "events", "bytes");
  for (const auto& [key, value] : *event->object()) {
    if (key == "dropped") continue;
    if (key == "dropped_total") {
      count(json, key, run.dropped + read_count(&value, "events", "bytes"));
    } else {
      copy(json, key, value);
    }
    if (key == "attempt" && gap.events != 0) count(json, "dropped", gap);
  }
  write(std::move(json));
}

void ServeAnswers::end(const AnsweredRun& run, const ServedEnd& end) {
  const auto summary = history::read_json(end.document);
  if (!summary) return lost(run, end);
  JsonText json = begin(run.id, "result");
  for (const std::string_view key : kVerdict) {
    if (const JsonValue* value = summary->member(key)) copy(json, key, *value);
  }
  const JsonValue* log = summary->member("log");
  json.text_or_null("log", log == nullptr ? std::string() : history::text_of(*log, "path"));
  count(json, "dropped_total", run.dropped + read_count(summary->member("events"), "dropped_events", "dropped_bytes"));
  write_warnings(json, end.said);
  write(std::move(json));
}

// No summary: the request was refused, or the run's oversee was killed.
void ServeAnswers::lost(const AnsweredRun& run, const ServedEnd& end) {
  if (run.run_id.empty() && run.cancelled) return end_before_start(run);
  if (run.run_id.empty()) {
    const std::string_view refusal = refusal_in(end.said);
    const std::string otherwise = fmt::format("its oversee ended before the run began, with {}", end.exit_status);
    return refuse(run.id, run.line, refusal.empty() ? otherwise : refusal);
  }
  JsonText json = begin(run.id, "result");
  json.text("run_id", run.run_id);
  json.text("status", to_string(model::Status::failed)).text("reason", to_string(model::Reason::supervisor_lost));
  json.text("summary", fmt::format("its oversee was lost, and ended with {}", end.exit_status));
  for (const char* key : {"exit_code", "signal", "exit_status"}) json.null(key);
  json.boolean("flaky", false);
  count(json, "dropped_total", run.dropped);
  write_warnings(json, end.said);
  write(std::move(json));
}

void ServeAnswers::end_before_start(const AnsweredRun& run) {
  JsonText json = begin(run.id, "result");
  json.null("run_id");
  json.text("status", to_string(model::Status::cancelled)).text("reason", to_string(model::Reason::signal));
  json.text("summary", "cancelled before it began");
  for (const char* key : {"exit_code", "signal", "exit_status"}) json.null(key);
  json.boolean("flaky", false);
  count(json, "dropped_total", run.dropped);
  write_warnings(json, {});
  write(std::move(json));
}

void ServeAnswers::write(JsonText line) { full_ = !sink_.write(line.end_object().take()); }

}  // namespace oversee::cli
