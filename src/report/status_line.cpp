// Makes the status line.
#include "report/status_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/safe_text.hpp"
#include "model/seen_text.hpp"
#include "model/text_width.hpp"
#include "report/line_count.hpp"

namespace oversee::report {
namespace {

// No terminal shows a longer line.
constexpr std::size_t kLongestLine = 1024;

std::string clipped(const std::string& line, std::size_t columns) {
  const std::string shown = model::harmless(line);
  return std::string(model::clip(shown, columns));
}

std::string whole_seconds(model::Duration time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return seconds.count() == 0 ? "0s" : model::format_duration(seconds);
}

}  // namespace

void StatusLine::on(const model::Event& event, const model::Reading& at) {
  if (const auto* started = std::get_if<model::RunStarted>(&event)) {
    info_ = started->info;
    queued_ = info_->slot.has_value();
    running_ = !queued_;  // the command may already run before its event arrives
    attempt_ = 1;
    started_ = at.instant;
  } else if (std::holds_alternative<model::SlotTaken>(event)) {
    queued_ = false;
    running_ = true;
    started_ = at.instant;
  } else if (const auto* attempt = std::get_if<model::AttemptStarted>(&event)) {
    running_ = true;
    attempt_ = attempt->number;
    started_ = at.instant;
    lines_ = 0;
    last_line_.clear();
    unfinished_.clear();
  } else if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    this->output(output->bytes);
  } else if (std::holds_alternative<model::AttemptFinished>(event)) {
    running_ = false;
  } else if (const auto* retrying = std::get_if<model::Retrying>(&event)) {
    next_ = retrying->next;
    next_at_ = at.instant + retrying->delay;
  }
}

void StatusLine::output(std::string_view bytes) {
  lines_ += newlines_in(bytes);
  const std::size_t last = bytes.rfind('\n');
  if (last != std::string_view::npos) {
    const std::string_view ended = bytes.substr(0, last);
    const std::size_t before = ended.rfind('\n');
    const std::string_view line = before == std::string_view::npos ? ended : ended.substr(before + 1);
    if (before == std::string_view::npos) {
      unfinished_ += line.substr(0, kLongestLine);
      if (!unfinished_.empty()) last_line_ = unfinished_;
    } else if (!line.empty()) {
      last_line_ = line.substr(0, kLongestLine);
    }
    unfinished_.clear();
    bytes.remove_prefix(last + 1);
  }
  if (unfinished_.size() < kLongestLine) unfinished_ += bytes.substr(0, kLongestLine);
}

std::string StatusLine::text(model::Instant now, std::size_t columns) const {
  if (!running_) return clipped(waiting(now), columns);
  std::string line = fmt::format("oversee: {}  {}", info_->name, whole_seconds(now - started_));
  if (info_->limits.wall) line += " of " + model::format_duration(*info_->limits.wall);
  if (info_->attempts > 1) line += fmt::format("  attempt {} of {}", attempt_, info_->attempts);
  if (output_known_) line += fmt::format("  {} {}", lines_, lines_ == 1 ? "line" : "lines");
  const std::string shown = model::seen_line(unfinished_.empty() ? last_line_ : unfinished_);
  if (!shown.empty()) line += "  | " + shown;
  return clipped(line, columns);
}

// The text while waiting for a slot or for the next attempt.
std::string StatusLine::waiting(model::Instant now) const {
  if (queued_) {
    return fmt::format("oversee: {}  waits for a slot of group {}  {}", info_->name, info_->slot->group,
                       whole_seconds(now - started_));
  }
  if (next_ <= attempt_) return {};
  const auto left = std::max(std::chrono::ceil<std::chrono::seconds>(next_at_ - now), std::chrono::seconds(0));
  return fmt::format("oversee: {}  waits {}s for attempt {} of {}", info_->name, left.count(), next_, info_->attempts);
}

}  // namespace oversee::report
