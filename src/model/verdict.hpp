// The verdict on a run, from all of its attempts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/attempt_history.hpp"
#include "model/outcome.hpp"

namespace oversee::model {

// Why no attempt followed the last one.
enum class NotRetried : std::uint8_t {
  not_wanted,   // it passed, or no retries were asked for
  no_more,      // it was the last allowed attempt
  no_cause,     // its result is not a retry cause
  no_time,      // the total timeout leaves no time for the delay and an attempt
  cancelled,    // the user cancelled
  output_gone,  // every reader of the output is gone
  input_read,   // standard input was read and not kept
  input_gone,   // more of standard input was read than is kept
};

struct Verdict {
  Status status = Status::failed;
  Reason reason = Reason::exit;
  bool flaky = false;  // an attempt passed after a failed one
  OnFlaky on_flaky = OnFlaky::warn;
  ExitAction exit;
  NotRetried not_retried = NotRetried::not_wanted;
  std::optional<Canceller> cancelled_by;  // between two attempts

  bool success() const { return status == Status::completed; }
  // Whether a flaky success deserves a warning.
  bool warns() const { return flaky && success() && on_flaky == OnFlaky::warn; }
};

// The inputs of a verdict besides the attempts.
struct RunEnd {
  NotRetried not_retried = NotRetried::not_wanted;
  std::optional<Canceller> cancelled_by = {};  // between two attempts
};

// The last attempt decides, except that --flaky may fail a late success and that a cancellation between attempts wins.
// Needs at least one attempt.
Verdict judge(std::span<const AttemptResult> attempts, const ExitPolicy& policy, const RunEnd& end = {});

// "timed out" for "timed_out": a JSON identifier in plain words.
std::string spaced(std::string_view word);

// "failed: exit 2 after 1.2s"; does not repeat words that the sentence already begins with, as in "timed out after 5m".
std::string headline(std::string_view words, std::string_view sentence);

// A short cause of an attempt's end: "exit 2", "signal SEGV", "idle timeout".
std::string cause_words(const AttemptResult& result);
// The same from the strings of the JSON summary.
std::string cause_words(std::string_view status, std::string_view reason, std::optional<std::int64_t> exit_code,
                        std::string_view signal);

// Why each attempt ended, grouped: "attempts 1-2: exit 2, attempt 3: timeout". Omitted attempts are counted: "attempts
// 32-1175: 1000 exit, 144 timeout".
std::string causes(std::span<const AttemptResult> attempts, const OmittedAttempts* omitted = nullptr);

// The causes of all attempts before the last; empty if there was only one.
std::string earlier_causes(std::span<const AttemptResult> attempts, const OmittedAttempts* omitted = nullptr);

// For people; empty if there is nothing to report.
std::string_view why_not(NotRetried reason);

// One sentence without a full stop: "exit 2 after 12.0s in attempt 3 (attempts 1-2: exit 2)".
std::string describe(const Verdict& verdict, std::span<const AttemptResult> attempts,
                     const OmittedAttempts* omitted = nullptr);

}  // namespace oversee::model
