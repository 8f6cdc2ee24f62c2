// Connects the run's events to a CI service.
#include "cli/ci_output.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "cli/console.hpp"
#include "os/clock.hpp"
#include "os/descriptor.hpp"
#include "os/file.hpp"
#include "os/random.hpp"
#include "report/ci_services.hpp"
#include "report/github_summary.hpp"

namespace oversee::cli {
namespace {

// Must be unpredictable for the command.
std::string random_token() {
  std::string token;
  for (int i = 0; i < 4; ++i) {
    for (const std::uint8_t byte : os::random_bytes()) token += fmt::format("{:02x}", byte);
  }
  return token;
}

}  // namespace

CiOutput::CiOutput(model::CiService service, const settings::Settings& settings, const ShownOutputs& shown,
                   model::ByteSink& lines, std::shared_ptr<bool> within_line, const report::FailureDigest& digests)
    : service_(service),
      format_(report::ci_format(service)),
      settings_(settings),
      shown_(shown),
      lines_(lines),
      within_line_(std::move(within_line)),
      digests_(digests) {}

void CiOutput::tell_of(run::Supervisor& supervisor, bool output_follows, run::Audience shown_as) {
  if (format_ == nullptr) return;
  const bool one_place = shown_.out == shown_.err;
  const bool stops = settings_.ci_stop_commands && format_->stop_marks != nullptr;
  if (stops && !one_place) {
    warn(
        "--ci-stop-commands: stdout and stderr are read apart here, so that output may be ahead of its mark; "
        "write 2>&1 behind the command line");
  }
  report::CiMarks::Place place{.sink = &lines_,
                               .print =
                                   [this](std::string_view text) {
                                     if (!text.empty()) (void)lines_.write(text);
                                   },
                               .output_follows = output_follows && settings_.capture(),
                               .line_known = settings_.capture(),
                               .holds_stdout = one_place,
                               .within_line = within_line_};
  if (stops) place.stop_token = random_token();
  supervisor.tell(marks_.emplace(*format_, std::move(place), digests_), shown_as);
  if (service_ == model::CiService::github) supervisor.tell(step_summary_);
}

void CiOutput::section_follows() {
  if (marks_) marks_->section_follows(os::read_clock());
}

void CiOutput::print(std::string_view lines) const {
  print_error_lines(active() ? report::without_marks(lines) : std::string(lines));
}

void CiOutput::StepSummary::on(const model::Event& event, const model::Reading&) {
  const auto* finished = std::get_if<model::RunFinished>(&event);
  const char* const path = std::getenv("GITHUB_STEP_SUMMARY");
  if (finished == nullptr || path == nullptr || *path == '\0') return;
  const auto page = os::read_file(path);
  const auto done = os::append_to_file(path, report::github_summary_row(*finished, page ? *page : ""));
  if (!done) warn(describe(done.error()) + "; the step's summary lacks this run");
}

}  // namespace oversee::cli
