// Matches results with retry causes, and computes delays.
#include "model/retry_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace oversee::model {
namespace {

constexpr std::string_view kAllowedConditions =
    "failure, exit, exit:CODES, signal, signal:NAMES, timeout, idle, limit, spawn, or at the end output:REGEX";

// The cap without --max-delay.
constexpr Duration kLongestDelay = std::chrono::hours(24 * 365);

bool is_limit(Reason reason) {
  switch (reason) {
    case Reason::output_limit:
    case Reason::memory_limit:
    case Reason::cpu_limit:
    case Reason::process_limit:
    case Reason::file_size_limit:
    case Reason::out_of_memory: return true;
    default: return false;
  }
}

bool is_spawn(Reason reason) {
  return reason == Reason::not_found || reason == Reason::not_executable || reason == Reason::spawn;
}

// Results that the command did not cause: another attempt would end the same way.
bool is_ours(const AttemptResult& result) {
  return result.status == Status::cancelled || result.reason == Reason::output_error ||
         result.reason == Reason::supervisor_lost || result.reason == Reason::total_timeout;
}

}  // namespace

std::string_view to_string(Backoff growth) {
  switch (growth) {
    case Backoff::fixed: return "fixed";
    case Backoff::linear: return "linear";
    case Backoff::exponential: return "exponential";
  }
  return "";
}

Parsed<RetryCauses> RetryCauses::parse(std::string_view text) {
  const auto refused = [&] { return refuse_value(text, kAllowedConditions); };
  enum class Continued : std::uint8_t { nothing, codes, names };
  RetryCauses causes;
  Continued continued = Continued::nothing;
  std::string_view rest = text;
  while (true) {
    constexpr std::string_view kOutput = "output:";
    if (rest.starts_with(kOutput)) {
      if (rest.size() == kOutput.size()) return refused();
      causes.patterns_.emplace_back(rest.substr(kOutput.size()));
      return causes;
    }
    const std::size_t comma = rest.find(',');
    std::string_view item = rest.substr(0, comma);
    bool* const plain = item == "failure"   ? &causes.failure_
                        : item == "exit"    ? &causes.any_exit_
                        : item == "signal"  ? &causes.any_signal_
                        : item == "timeout" ? &causes.timeout_
                        : item == "idle"    ? &causes.idle_
                        : item == "limit"   ? &causes.limit_
                        : item == "spawn"   ? &causes.spawn_
                                            : nullptr;
    if (plain != nullptr) {
      *plain = true;
      continued = Continued::nothing;
    } else {
      for (const auto& [word, kind] : {std::pair(std::string_view("exit:"), Continued::codes),
                                       std::pair(std::string_view("signal:"), Continued::names)}) {
        if (!item.starts_with(word)) continue;
        continued = kind;
        item.remove_prefix(word.size());
      }
      if (continued == Continued::codes) {
        const auto codes = ExitCodes::parse(item);
        if (!codes) return refused();
        causes.exits_.add(*codes);
      } else if (continued == Continued::names) {
        const auto signal = parse_signal(item);
        if (!signal) return refused();
        causes.signals_.push_back(*signal);
      } else {
        return refused();
      }
    }
    if (comma == std::string_view::npos) return causes;
    rest.remove_prefix(comma + 1);
  }
}

void RetryCauses::add(const RetryCauses& other) {
  failure_ |= other.failure_;
  any_exit_ |= other.any_exit_;
  any_signal_ |= other.any_signal_;
  timeout_ |= other.timeout_;
  idle_ |= other.idle_;
  limit_ |= other.limit_;
  spawn_ |= other.spawn_;
  exits_.add(other.exits_);
  signals_.insert(signals_.end(), other.signals_.begin(), other.signals_.end());
  patterns_.insert(patterns_.end(), other.patterns_.begin(), other.patterns_.end());
}

bool RetryCauses::match(const AttemptResult& result, const Wrote& wrote) const {
  if (result.status == Status::completed || is_ours(result)) return false;
  if (is_spawn(result.reason)) return spawn_;
  if (failure_) return true;
  if (result.reason == Reason::exit && result.exit_code) {
    if (any_exit_ || exits_.contains(*result.exit_code)) return true;
  }
  if (result.reason == Reason::signal && result.signal) {
    if (any_signal_ || std::ranges::find(signals_, *result.signal) != signals_.end()) return true;
  }
  if (timeout_ && result.reason == Reason::timeout) return true;
  if (idle_ && result.reason == Reason::idle_timeout) return true;
  if (limit_ && is_limit(result.reason)) return true;
  return std::ranges::any_of(patterns_, wrote);
}

std::vector<std::string> RetryCauses::texts() const {
  std::string list;
  const auto add = [&](bool given, const std::string& word) {
    if (given) list += (list.empty() ? "" : ",") + word;
  };
  add(failure_, "failure");
  add(any_exit_, "exit");
  add(any_signal_, "signal");
  add(timeout_, "timeout");
  add(idle_, "idle");
  add(limit_, "limit");
  add(spawn_, "spawn");
  add(!exits_.empty(), "exit:" + exits_.text());
  for (std::size_t i = 0; i < signals_.size(); ++i) add(true, (i == 0 ? "signal:" : "") + signal_name(signals_[i]));
  std::vector<std::string> texts;
  if (!list.empty()) texts.push_back(list);
  for (const std::string& pattern : patterns_) texts.push_back("output:" + pattern);
  return texts;
}

// Computed in floating point until it is capped: 2 to the power of a million fits no integer.
Duration delay_before(int retry, const RetryPolicy& policy, double noise) {
  const auto first = static_cast<double>(policy.delay.count());
  double delay = first;
  if (policy.backoff == Backoff::linear) delay = first * retry;
  if (policy.backoff == Backoff::exponential) delay = std::ldexp(first, std::min(retry - 1, 1000));
  const auto longest = static_cast<double>(policy.max_delay ? policy.max_delay->count() : kLongestDelay.count());
  delay = std::min(delay, longest);
  delay = std::min(delay * (1.0 + noise * policy.jitter_percent / 100.0), longest);
  return Duration(static_cast<Duration::rep>(std::max(delay, 0.0)));
}

}  // namespace oversee::model
