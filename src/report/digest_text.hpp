// The digest of a failed run in words: the lines on stderr before the summary line, and the text that reports carry.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/event.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

// The attempt that a run failed by: the last that did not succeed; the last one where all did.
const model::AttemptResult& failed_attempt(const model::RunFinished& run);

// The command as a shell runs it again, quoted: without oversee, in the same directory if that is another than the
// caller's.
std::string run_again(const model::RunInfo& info);

// One attempt as a text of several lines: its sentence, first error and last lines.
std::string attempt_text(const model::AttemptResult& result, const Digest& digest);

// Two lines: the log, the command to run again.
std::string where_text(const model::RunInfo& info);

// All of it as one text of several lines, by its verdict.
std::string digest_text(const model::RunFinished& run, const Digest& digest);

class DigestLines final : public model::EventSink {
 public:
  struct Place {
    model::ShowDigest show = model::ShowDigest::automatic;
    model::ShowSummary summary = model::ShowSummary::always;
    bool output_shown = true;  // whoever reads this has the output above it
  };
  // `digests` is told before this and outlives it; `print` is given whole lines.
  DigestLines(Place place, const FailureDigest& digests, std::function<void(std::string_view)> print);

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  Place place_;
  const FailureDigest& digests_;
  std::function<void(std::string_view)> print_;
};

}  // namespace oversee::report
