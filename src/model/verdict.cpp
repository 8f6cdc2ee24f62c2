// Derives a run's verdict from its attempts.
#include "model/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace oversee::model {
namespace {

// Consecutive attempts with the same cause.
struct Alike {
  int from;
  int to;
  std::string words;
};

void add(std::vector<Alike>& groups, Alike next) {
  if (!groups.empty() && groups.back().words == next.words) {
    groups.back().to = next.to;
  } else {
    groups.push_back(std::move(next));
  }
}

}  // namespace

Verdict judge(std::span<const AttemptResult> attempts, const ExitPolicy& policy, const RunEnd& end) {
  const AttemptResult& last = attempts.back();
  Verdict verdict{.status = last.status,
                  .reason = last.reason,
                  .flaky = false,
                  .exit = exit_action(last, policy),
                  .not_retried = end.not_retried,
                  .cancelled_by = end.cancelled_by};
  if (end.cancelled_by) {
    verdict.status = Status::cancelled;
    verdict.reason = Reason::signal;
    verdict.exit = {0, end.cancelled_by->signal};
    return verdict;
  }
  verdict.flaky = verdict.success() && attempts.size() > 1;
  verdict.on_flaky = policy.on_flaky;
  if (verdict.flaky && policy.on_flaky == OnFlaky::fail) {
    verdict.status = Status::failed;
    verdict.reason = Reason::flaky;
    verdict.exit = {kExitFlaky, {}};
  }
  if (verdict.success() || verdict.status == Status::cancelled) return verdict;
  if (const auto code = policy.codes.find(verdict.reason); code != policy.codes.end()) {
    verdict.exit = {code->second, {}};
  }
  return verdict;
}

std::string cause_words(const AttemptResult& result) {
  return cause_words(to_string(result.status), to_string(result.reason), result.exit_code,
                     signal_name(result.signal.value_or(0)));
}

std::string cause_words(std::string_view status, std::string_view reason, std::optional<std::int64_t> exit_code,
                        std::string_view signal) {
  if (status == to_string(Status::cancelled)) return std::string(status);
  if (reason == to_string(Reason::exit)) return fmt::format("exit {}", exit_code.value_or(0));
  if (reason == to_string(Reason::signal)) return fmt::format("signal {}", signal);
  return spaced(reason);
}

std::string spaced(std::string_view word) {
  std::string words(word);
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string headline(std::string_view words, std::string_view sentence) {
  return sentence.starts_with(words) ? std::string(sentence) : fmt::format("{}: {}", words, sentence);
}

std::string earlier_causes(std::span<const AttemptResult> attempts, const OmittedAttempts* omitted) {
  return attempts.empty() ? "" : causes(attempts.first(attempts.size() - 1), omitted);
}

std::string causes(std::span<const AttemptResult> attempts, const OmittedAttempts* omitted) {
  std::vector<Alike> groups;
  for (const AttemptResult& each : attempts) {
    if (omitted != nullptr && omitted->last + 1 == each.number) {
      add(groups,
          {omitted->first, omitted->last, omitted->words.empty() ? describe(omitted->reasons) : omitted->words});
    }
    add(groups, {each.number, each.number, cause_words(each)});
  }
  std::string text;
  for (const auto& [from, to, words] : groups) {
    if (!text.empty()) text += ", ";
    text +=
        from == to ? fmt::format("attempt {}: {}", from, words) : fmt::format("attempts {}-{}: {}", from, to, words);
  }
  return text;
}

std::string describe(const Verdict& verdict, std::span<const AttemptResult> attempts, const OmittedAttempts* omitted) {
  const AttemptResult& last = attempts.back();
  if (verdict.cancelled_by) {
    return fmt::format("{} before attempt {} ({})", describe(*verdict.cancelled_by), last.number + 1,
                       causes(attempts, omitted));
  }
  std::string text = describe(last);
  if (attempts.size() > 1) {
    text += fmt::format(" in attempt {}{} ({})", last.number, verdict.flaky && !verdict.warns() ? ", flaky" : "",
                        earlier_causes(attempts, omitted));
  }
  if (const std::string_view why = why_not(verdict.not_retried); !why.empty()) {
    text += fmt::format("; not tried again: {}", why);
  }
  return text;
}

std::string_view why_not(NotRetried reason) {
  switch (reason) {
    case NotRetried::not_wanted:
    case NotRetried::no_more:
    case NotRetried::cancelled: return "";
    case NotRetried::no_cause: return "no such end is to be";
    case NotRetried::no_time: return "--total-timeout leaves no time for it";
    case NotRetried::output_gone: return "nobody is left to take its output";
    case NotRetried::input_read:
      return "standard input was read, and cannot be given once more (--stdin replay keeps it)";
    case NotRetried::input_gone: return "its standard input cannot be given once more";
  }
  return "";
}

}  // namespace oversee::model
