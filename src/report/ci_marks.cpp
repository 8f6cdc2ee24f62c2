// Writes markers.
#include "report/ci_marks.hpp"

#include <fmt/format.h>

#include "model/safe_text.hpp"
#include "report/digest_text.hpp"

namespace oversee::report {
namespace {

std::string harmless_line(std::string_view text) { return without_marks(model::harmless(text)); }

}  // namespace

void CiMarks::on(const model::Event& event, const model::Reading& at) {
  if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    if (output->stream == model::Stream::out && !place_.holds_stdout) return;
    (place_.output_follows ? *place_.within_line : held_within_line_) = !output->bytes.ends_with('\n');
  } else if (const auto* run = std::get_if<model::RunStarted>(&event)) {
    info_ = run->info;
  } else if (const auto* started = std::get_if<model::AttemptStarted>(&event)) {
    attempt_ = started->number;
    held_within_line_ = false;
    if (place_.output_follows) section_follows(at);
  } else if (const auto* ended = std::get_if<model::AttemptFinished>(&event)) {
    end_section(*ended->result, at);
  } else if (const auto* finished = std::get_if<model::RunFinished>(&event)) {
    tell_end(*finished);
  }
}

void CiMarks::section_follows(const model::Reading& at) {
  std::string text = format_.begin_section(section(at));
  if (!place_.stop_token.empty() && format_.stop_marks != nullptr) text += format_.stop_marks(place_.stop_token);
  (void)place_.sink->write(on_its_line(std::move(text)));
  if (!place_.output_follows) *place_.within_line = held_within_line_;
  open_ = true;
}

void CiMarks::end_section(const model::AttemptResult& result, const model::Reading& at) {
  if (!open_) return;
  open_ = false;
  CiSection ended = section(at);
  ended.failed = result.status != model::Status::completed;
  std::string text;
  if (!place_.stop_token.empty() && format_.resume_marks != nullptr) text = format_.resume_marks(place_.stop_token);
  place_.print(on_its_line(text + format_.end_section(ended)));
}

// Reports no cancellation: the user who cancelled knows about it.
void CiMarks::tell_end(const model::RunFinished& run) {
  const model::Verdict& verdict = run.verdict;
  const bool flaky = verdict.warns();
  if (verdict.status == model::Status::cancelled || (verdict.success() && !flaky)) return;
  CiProblem problem{.is_error = !flaky, .name = harmless_line(run.info->name), .title = {}, .text = {}};
  problem.title = problem.name + (flaky                                        ? " is flaky"
                                  : verdict.status == model::Status::timed_out ? " timed out"
                                                                               : " failed");
  problem.text = without_marks(digest_text(run, digests_.of(failed_attempt(run).number)));
  problem.text.pop_back();  // the final newline
  place_.print(on_its_line(format_.problem(problem)));
}

CiSection CiMarks::section(const model::Reading& at) const {
  std::string title = harmless_line(info_->name);
  if (info_->attempts > 1) title += fmt::format(", attempt {} of {}", attempt_, info_->attempts);
  return {.id = fmt::format("{}_{}", info_->id, attempt_), .title = std::move(title), .at = at.wall};
}

std::string CiMarks::on_its_line(std::string text) {
  if (text.empty()) return text;
  if (*place_.within_line || !place_.line_known) text.insert(0, 1, '\n');
  *place_.within_line = false;
  return text;
}

}  // namespace oversee::report
