// The digest of a failed run as text: the lines on stderr before the summary line, and the text in reports.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/event.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

// The attempt that explains the run's failure: the last unsuccessful one, or the last one if all succeeded.
const model::AttemptResult& failed_attempt(const model::RunFinished& run);

// The quoted shell command that repeats the run without oversee, with a cd if the run changed the directory.
std::string run_again(const model::RunInfo& info);

// An attempt on several lines: its sentence, first error and last lines.
std::string attempt_text(const model::AttemptResult& result, const Digest& digest);

// Two lines: the log, and the command to run again.
std::string where_text(const model::RunInfo& info);

// The whole digest on several lines, chosen by the verdict.
std::string digest_text(const model::RunFinished& run, const Digest& digest);

class DigestLines final : public model::EventSink {
 public:
  struct Place {
    model::ShowDigest show = model::ShowDigest::automatic;
    model::ShowSummary summary = model::ShowSummary::always;
    bool output_shown = true;  // the reader has the output above the digest
  };
  // `digests` must outlive it and receive each event first; `print` gets whole lines.
  DigestLines(Place place, const FailureDigest& digests, std::function<void(std::string_view)> print);

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  Place place_;
  const FailureDigest& digests_;
  std::function<void(std::string_view)> print_;
};

}  // namespace oversee::report
