// What a run comes to, all of its attempts considered.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/outcome.hpp"

namespace oversee::model {

struct Verdict {
  Status status = Status::failed;
  Reason reason = Reason::exit;
  bool flaky = false;  // an attempt passed, and an earlier one had not
  ExitAction exit;

  bool success() const { return status == Status::completed; }
};

// The last attempt decides, but for a pass that is not let count. There is at least one.
Verdict judge(std::span<const AttemptResult> attempts, const ExitPolicy& policy);

// Why an attempt ended, in a few words: "exit 2", "signal SEGV", "idle timeout".
std::string cause_words(const AttemptResult& result);

// Why the attempts before the last ended, alike ones together: "attempts 1-2: exit 2, attempt 3: timeout"; empty where
// there was but one.
std::string earlier_causes(std::span<const AttemptResult> attempts);

// One sentence without a full stop: "exit 2 after 12.0s in attempt 3 (attempts 1-2: exit 2)".
std::string describe(const Verdict& verdict, std::span<const AttemptResult> attempts);

}  // namespace oversee::model
