// Writes events as JSON Lines.
#include "report/event_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/date.hpp"
#include "model/utf8.hpp"

namespace oversee::report {
namespace {

constexpr int kEventSchema = 1;

// Output bytes per event line. Even with every byte as \u00xx a line stays below 64 KiB, the default limit of line
// readers (Go's Scanner, Python's asyncio).
constexpr std::size_t kLargestEventPiece = 8 * 1024;

void count(JsonText& json, std::string_view key, const Dropped& dropped) {
  json.begin_object(key).number("events", static_cast<std::int64_t>(dropped.events));
  json.number("bytes", static_cast<std::int64_t>(dropped.bytes)).end_object();
}

}  // namespace

EventLines::EventLines(model::ByteSink& sink, std::vector<SettingValue> settings)
    : sink_(sink), settings_(std::move(settings)) {}

void EventLines::on(const model::Event& event, const model::Reading& at) {
  std::visit([&](const auto& each) { tell(each, at); }, event);
}

void EventLines::tell(const model::RunStarted& event, const model::Reading& at) {
  const model::RunInfo& info = *event.info;
  run_id_ = info.id;
  JsonText line = begin("started", at);
  line.number("schema", kEventSchema);
  write_head(line, info);
  line.number("attempts", info.attempts);
  write_settings(line, settings_);
  if (info.log_path.empty()) {
    line.null("log");
  } else {
    line.text("log", info.log_path);
  }
  write(std::move(line));
}

void EventLines::tell(const model::SlotAwaited& event, const model::Reading& at) {
  JsonText line = begin("slot_awaited", at);
  line.text("group", event.standing->group);
  line.number("max_concurrent", static_cast<std::int64_t>(event.standing->most));
  line.number("taken", static_cast<std::int64_t>(event.standing->running));
  line.number("before", static_cast<std::int64_t>(event.standing->before));
  line.number("waited_ms", whole_milliseconds(event.waited));
  write(std::move(line));
}

void EventLines::tell(const model::SlotTaken& event, const model::Reading& at) {
  JsonText line = begin("slot_taken", at);
  line.text("group", event.request->group);
  line.number("max_concurrent", static_cast<std::int64_t>(event.request->most));
  line.number("waited_ms", whole_milliseconds(event.waited));
  if (!event.shared_with.empty()) line.text("shared_with", event.shared_with);
  write(std::move(line));
}

void EventLines::tell(const model::AttemptStarted& event, const model::Reading& at) {
  attempt_ = event.number;
  JsonText line = begin("attempt_started", at);
  line.number("pid", event.pid);
  write(std::move(line));
}

void EventLines::tell(const model::OutputArrived& event, const model::Reading& at) {
  std::string& unfinished = unfinished_[model::index(event.stream)];
  std::string_view rest = event.bytes;
  std::string joined;
  while (!rest.empty()) {
    const std::size_t before = unfinished.size();
    std::string_view piece = rest.substr(0, kLargestEventPiece - before);
    if (before != 0) {
      joined = std::exchange(unfinished, {}) += piece;
      piece = joined;
    }
    const std::size_t whole = piece.size() - model::unfinished_tail(piece);
    if (whole == 0) {
      unfinished = piece;
      return;
    }
    output(to_string(event.stream), piece.substr(0, whole), at);
    rest.remove_prefix(whole - before);
    if (rest.size() == piece.size() - whole) {
      unfinished = rest;
      return;
    }
  }
}

void EventLines::tell(const model::StillRunning& event, const model::Reading& at) {
  JsonText line = begin(event.slow ? "slow" : "heartbeat", at);
  line.number("elapsed_ms", whole_milliseconds(event.elapsed)).number("silent_ms", whole_milliseconds(event.silent));
  write(std::move(line));
}

void EventLines::tell(const model::EvidenceTaken& event, const model::Reading& at) {
  JsonText line = begin("evidence", at);
  write_evidence(line, "evidence", *event.evidence);
  write(std::move(line));
}

void EventLines::tell(const model::UserLineStarted& event, const model::Reading& at) {
  JsonText line = begin(fmt::format("{}_started", to_string(event.kind)), at);
  line.text("line", event.line);
  write(std::move(line));
}

void EventLines::tell(const model::UserLineOutput& event, const model::Reading& at) {
  const std::string name = fmt::format("{}_output", to_string(event.kind));
  for (std::string_view rest = event.bytes; !rest.empty();
       rest.remove_prefix(std::min(rest.size(), kLargestEventPiece))) {
    output(name, rest.substr(0, kLargestEventPiece), at);
  }
}

void EventLines::tell(const model::UserLineEnded& event, const model::Reading& at) {
  JsonText line = begin(fmt::format("{}_ended", to_string(event.kind)), at);
  write_user_line(line, "result", *event.result);
  write(std::move(line));
}

void EventLines::tell(const model::Stopping& event, const model::Reading& at) {
  JsonText line = begin("stopping", at);
  line.text("status", to_string(event.status)).text("signal", model::signal_name(event.signal));
  line.text("reach", to_string(event.reach));
  write(std::move(line));
}

void EventLines::tell(const model::SignalSent& event, const model::Reading& at) {
  JsonText line = begin("signal_sent", at);
  line.text("signal", model::signal_name(event.signal)).text("reach", to_string(event.reach));
  if (event.processes != 0) {
    line.number("processes", static_cast<std::int64_t>(event.processes));
  } else {
    line.null("processes");
  }
  line.boolean("continued", event.continued);
  write(std::move(line));
}

void EventLines::tell(const model::AttemptFinished& event, const model::Reading& at) {
  for (const model::Stream stream : {model::Stream::out, model::Stream::err}) {
    const std::string rest = std::exchange(unfinished_[model::index(stream)], {});
    if (!rest.empty()) output(to_string(stream), rest, at);
  }
  attempt_ = event.result->number;  // an attempt that could not be started has had no event yet
  JsonText line = begin("attempt_finished", at);
  write_attempt(line, "result", *event.result);
  write(std::move(line));
}

void EventLines::tell(const model::Retrying& event, const model::Reading& at) {
  JsonText line = begin("retrying", at);
  line.number("next", event.next).number("delay_ms", whole_milliseconds(event.delay));
  write(std::move(line));
}

void EventLines::tell(const model::RunFinished& event, const model::Reading& at) {
  JsonText line = begin("finished", at);
  write_verdict(line, event);
  count(line, "dropped_total", dropped_);
  write(std::move(line));
}

void EventLines::output(std::string_view event, std::string_view bytes, const model::Reading& at) {
  if (full_ || lost_) {
    for (Dropped* each : {&dropped_, &gap_}) {
      ++each->events;
      each->bytes += bytes.size();
    }
    return;
  }
  JsonText line = begin(event, at);
  write_bytes(line, bytes);
  write(std::move(line));
}

JsonText EventLines::begin(std::string_view event, const model::Reading& at) {
  JsonText line(JsonText::Layout::line);
  line.begin_object().text("event", event).text("time", model::format_date(at.wall));
  line.text("run_id", run_id_).number("attempt", attempt_);
  if (gap_.events != 0) count(line, "dropped", std::exchange(gap_, {}));
  return line;
}

void EventLines::write(JsonText line) {
  if (lost_) return;
  full_ = !sink_.write(line.end_object().take());
}

}  // namespace oversee::report
