// Output for a CI service: annotations among the command's output, and GitHub's step summary.
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
  // `lines` writes to stderr in order with the command's output. `within_line` tells whether that output is in the
  // middle of a line. All arguments must outlive this object.
  CiOutput(model::CiService service, const settings::Settings& settings, const ShownOutputs& shown,
           model::ByteSink& lines, std::shared_ptr<bool> within_line, const report::FailureDigest& digests);

  // Opens and closes sections around the output that is shown live.
  void tell_of(run::Supervisor& supervisor, bool output_follows, run::Audience shown_as);
  // Buffered output is about to be shown.
  void section_follows();

  bool active() const { return format_ != nullptr; }
  // Whether the service's annotations already include the digest.
  bool tells_digest() const { return active() && format_->problem_has_text; }
  // Prints lines that may quote the command's output; removes annotation marks from them.
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
