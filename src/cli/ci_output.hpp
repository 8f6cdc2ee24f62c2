// What a CI service is told, put together: its marks among the output, and GitHub's summary page of the step.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/outputs.hpp"
#include "model/ci_service.hpp"
#include "model/event.hpp"
#include "report/ci_marks.hpp"
#include "run/supervisor.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

class CiOutput {
 public:
  // `lines` is stderr in order with the output, which is within a line or not; all outlive it.
  CiOutput(model::CiService service, const settings::Settings& settings, const ShownOutputs& shown,
           model::ByteSink& lines, std::shared_ptr<bool> within_line, const report::FailureDigest& digests);

  // Its sections are around the output that is shown as it comes.
  void tell_of(run::Supervisor& supervisor, bool output_follows, run::Audience shown_as);
  // What was held back is going to be shown now.
  void section_follows();

  bool active() const { return format_ != nullptr; }
  // It tells the digest itself.
  bool tells_digest() const { return active() && format_->problem_has_text; }
  // Lines of ours that quote what is not ours: no mark is among them.
  void print(std::string_view lines) const;

 private:
  class StepSummary final : public model::EventSink {
   public:
    void on(const model::Event& event, const model::Reading& at) override;
  };

  const model::CiService service_;
  const report::CiFormat* const format_;
  const settings::Settings& settings_;
  const ShownOutputs& shown_;
  model::ByteSink& lines_;
  std::shared_ptr<bool> within_line_;
  const report::FailureDigest& digests_;
  std::optional<report::CiMarks> marks_;
  StepSummary step_summary_;
};

}  // namespace oversee::cli
