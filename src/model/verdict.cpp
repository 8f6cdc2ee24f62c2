// Judges a run by its attempts.
#include "model/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace oversee::model {

Verdict judge(std::span<const AttemptResult> attempts, const ExitPolicy& policy) {
  const AttemptResult& last = attempts.back();
  Verdict verdict{.status = last.status, .reason = last.reason, .flaky = false, .exit = exit_action(last, policy)};
  verdict.flaky = verdict.success() && attempts.size() > 1;
  if (verdict.flaky && policy.on_flaky == OnFlaky::fail) {
    verdict.status = Status::failed;
    verdict.reason = Reason::flaky;
    verdict.exit = {kExitFlaky, {}};
  }
  return verdict;
}

std::string cause_words(const AttemptResult& result) {
  if (result.status == Status::cancelled) return "cancelled";
  if (result.reason == Reason::exit) return fmt::format("exit {}", result.exit_code.value_or(0));
  if (result.reason == Reason::signal) return fmt::format("signal {}", signal_name(result.signal.value_or(0)));
  std::string words(to_string(result.reason));
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string earlier_causes(std::span<const AttemptResult> attempts) {
  std::string text;
  const std::size_t earlier = attempts.empty() ? 0 : attempts.size() - 1;
  for (std::size_t first = 0; first < earlier;) {
    const std::string words = cause_words(attempts[first]);
    std::size_t end = first + 1;
    while (end < earlier && cause_words(attempts[end]) == words) ++end;
    if (!text.empty()) text += ", ";
    const int from = attempts[first].number;
    const int to = attempts[end - 1].number;
    text += from == to ? fmt::format("attempt {}: {}", from, words) : fmt::format("attempts {}-{}: {}", from, to, words);
    first = end;
  }
  return text;
}

std::string describe(const Verdict& verdict, std::span<const AttemptResult> attempts) {
  const AttemptResult& last = attempts.back();
  if (attempts.size() == 1) return describe(last);
  return fmt::format("{} in attempt {}{} ({})", describe(last), last.number, verdict.flaky ? ", flaky" : "",
                     earlier_causes(attempts));
}

}  // namespace oversee::model
