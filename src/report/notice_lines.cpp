// Prints slow warnings, heartbeats and status answers.
#include "report/notice_lines.hpp"

#include <fmt/format.h>

#include <utility>

#include "model/safe_text.hpp"

namespace oversee::report {

void NoticeLines::on(const model::Event& event, const model::Reading&) {
  if (const auto* started = std::get_if<model::RunStarted>(&event)) {
    name_ = started->info->name;
    attempts_ = started->info->attempts;
  } else if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    const bool ours = output->stream == model::Stream::err || place_.holds_stdout;
    if (ours && place_.output_shown) *place_.within_line = !output->bytes.ends_with('\n');
  } else if (const auto* notice = std::get_if<model::StillRunning>(&event)) {
    // Skips the notice while the sink has unwritten output: a slow reader has enough to read.
    if (!place_.sink->idle()) return;
    print(sentence(*notice));
  } else if (const auto* slot = std::get_if<model::SlotAwaited>(&event)) {
    if (place_.retries_told && place_.sink->idle()) {
      print(fmt::format("oversee: {} waits for a slot of group {}: {}", name_, group_name(*slot->standing),
                        describe(*slot->standing)));
    }
  } else if (const auto* ended = std::get_if<model::AttemptFinished>(&event)) {
    last_ = ended->result;
  } else if (const auto* retrying = std::get_if<model::Retrying>(&event)) {
    tell(*retrying);
  } else if (const auto* line = std::get_if<model::UserLineEnded>(&event)) {
    if (line->kind == model::UserLineKind::before_retry && !line->result->success()) {
      print(fmt::format("oversee: warning: --before-retry: {}; trying again all the same", describe(*line->result)));
    }
  }
}

void NoticeLines::tell(const model::Retrying& event) {
  if (!place_.retries_told || last_ == nullptr) return;
  const std::string when = event.delay > model::Duration{} ? " in " + model::describe_duration(event.delay) : "";
  print(fmt::format("oversee: attempt {} of {}: {}; trying again{}", last_->number, attempts_, describe(*last_), when));
}

void NoticeLines::answer(std::string line) {
  late_answer_ = std::move(line);
  sink_ready();
}

void NoticeLines::sink_ready() {
  if (!late_answer_.empty() && place_.sink->idle()) print(std::exchange(late_answer_, {}));
}

void NoticeLines::print(const std::string& line) {
  const std::string_view before = *place_.within_line ? "\n" : "";
  *place_.within_line = false;
  (void)place_.sink->write(fmt::format("{}{}\n", before, model::harmless(line)));
}

std::string NoticeLines::sentence(const model::StillRunning& notice) const {
  // Whole seconds from one second on: milliseconds are noise in a heartbeat.
  const auto rounded = [](model::Duration time) {
    using namespace std::chrono;
    return model::format_duration(time >= seconds(1) ? model::Duration(floor<seconds>(time))
                                                     : floor<milliseconds>(time));
  };
  std::string text = fmt::format("oversee: {}{} still runs after {}", notice.slow ? "warning: slow: " : "", name_,
                                 rounded(notice.elapsed));
  if (place_.output_known) text += fmt::format(", silent for {}", rounded(notice.silent));
  return text;
}

}  // namespace oversee::report
