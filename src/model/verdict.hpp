// What a run comes to, all of its attempts considered.
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
  not_wanted,   // it passed, or there were to be no retries
  no_more,      // that was the last that was allowed
  no_cause,     // it ended in a way that is not tried again
  no_time,      // the total timeout could not let the delay and an attempt live
  cancelled,    // the user wants the end
  output_gone,  // nobody is left to take the output
  input_read,   // standard input was read, and nothing of it was kept
  input_gone,   // more of standard input was read than is kept
};

struct Verdict {
  Status status = Status::failed;
  Reason reason = Reason::exit;
  bool flaky = false;  // an attempt passed, and an earlier one had not
  OnFlaky on_flaky = OnFlaky::warn;
  ExitAction exit;
  NotRetried not_retried = NotRetried::not_wanted;
  std::optional<Canceller> cancelled_by;  // between two attempts

  bool success() const { return status == Status::completed; }
  // Of a success that is worth one.
  bool warns() const { return flaky && success() && on_flaky == OnFlaky::warn; }
};

// What else a verdict depends on.
struct RunEnd {
  NotRetried not_retried = NotRetried::not_wanted;
  std::optional<Canceller> cancelled_by = {};  // between two attempts
};

// The last attempt decides, but for a pass that is not let count, and a cancel while there was none. There is at least
// one.
Verdict judge(std::span<const AttemptResult> attempts, const ExitPolicy& policy, const RunEnd& end = {});

// "timed out" for "timed_out": a word of the JSON documents as a person writes it.
std::string spaced(std::string_view word);

// "failed: exit 2 after 1.2s"; a sentence that begins with the words has them already, as in "timed out after 5m".
std::string headline(std::string_view words, std::string_view sentence);

// Why an attempt ended, in a few words: "exit 2", "signal SEGV", "idle timeout".
std::string cause_words(const AttemptResult& result);
// The same, of words as the JSON summary has them.
std::string cause_words(std::string_view status, std::string_view reason, std::optional<std::int64_t> exit_code,
                        std::string_view signal);

// Why each of these attempts ended, alike ones together: "attempts 1-2: exit 2, attempt 3: timeout".
// Those that are omitted between them are counted: "attempts 32-1175: 1000 exit, 144 timeout".
std::string causes(std::span<const AttemptResult> attempts, const OmittedAttempts* omitted = nullptr);

// Why the attempts before the last ended; empty where
// there was but one.
std::string earlier_causes(std::span<const AttemptResult> attempts, const OmittedAttempts* omitted = nullptr);

// For people; empty where there is nothing to tell.
std::string_view why_not(NotRetried reason);

// One sentence without a full stop: "exit 2 after 12.0s in attempt 3 (attempts 1-2: exit 2)".
std::string describe(const Verdict& verdict, std::span<const AttemptResult> attempts,
                     const OmittedAttempts* omitted = nullptr);

}  // namespace oversee::model
