// Keeps the first and the last attempts, and counts the reasons of the attempts between them.
#include "model/attempt_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/verdict.hpp"

namespace oversee::model {
namespace {

void take(OmittedAttempts& omitted, const AttemptResult& result) {
  std::string words = cause_words(result);
  if (omitted.first == 0) {
    omitted.first = result.number;
    omitted.words = std::move(words);
  } else if (omitted.words != words) {
    omitted.words.clear();
  }
  omitted.last = result.number;
  ++omitted.reasons[result.reason];
  if (result.leaked_live) omitted.remaining += result.leaked.size() + result.leaked_more;
  omitted.remaining += result.unkilled.size() + result.unkilled_more;
}

}  // namespace

std::string describe(const OmittedAttempts& omitted) {
  return fmt::format("attempts {}-{}: {}", omitted.first, omitted.last, describe(omitted.reasons));
}

std::string describe(const std::map<Reason, std::uint64_t>& reasons) {
  std::vector<std::pair<std::uint64_t, std::string>> counts;
  counts.reserve(reasons.size());
  for (const auto& [reason, count] : reasons) counts.emplace_back(count, spaced(to_string(reason)));
  std::ranges::stable_sort(counts, std::ranges::greater(), &std::pair<std::uint64_t, std::string>::first);
  std::string text;
  for (const auto& [count, words] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, words);
  return text;
}

void AttemptHistory::add(AttemptResult result) {
  ++count_;
  kept_.push_back(std::move(result));
  if (kept_.size() <= kFirst + kLast) return;
  const auto leaves = kept_.begin() + static_cast<std::ptrdiff_t>(kFirst);
  take(omitted_, *leaves);
  kept_.erase(leaves);
}

std::uint64_t count_begun(std::span<const AttemptResult> kept, const OmittedAttempts* omitted) {
  const auto begun = static_cast<std::uint64_t>(std::ranges::count_if(kept, &AttemptResult::begun));
  return begun + (omitted == nullptr ? 0 : omitted->count());
}

}  // namespace oversee::model
