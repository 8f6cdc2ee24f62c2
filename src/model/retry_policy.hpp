// Which results are retried, how often, and after what delay. Plain data and rules.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/duration.hpp"
#include "model/exit_codes.hpp"
#include "model/outcome.hpp"
#include "model/signal_name.hpp"
#include "model/value_error.hpp"

namespace oversee::model {

enum class Backoff : std::uint8_t { fixed, linear, exponential };
std::string_view to_string(Backoff growth);

// Whether the attempt wrote output that matches the pattern.
using Wrote = std::function<bool(std::string_view pattern)>;

// A list of causes; a result matches if at least one cause does.
class RetryCauses {
 public:
  RetryCauses() = default;

  // Parses "failure,exit:1,75-78,signal:SEGV,BUS,timeout,idle,limit,spawn". "output:REGEX" must come last: its pattern
  // extends to the end of the text. A bare exit or signal matches every failing one.
  static Parsed<RetryCauses> parse(std::string_view text);

  void add(const RetryCauses& other);
  bool empty() const { return *this == RetryCauses(); }

  // For an attempt that did not succeed. Cancelled attempts and oversee's own failures match nothing. `failure` matches
  // every other result except a command that could not be started.
  bool match(const AttemptResult& result, const Wrote& wrote) const;

  // The patterns of output: causes.
  const std::vector<std::string>& patterns() const { return patterns_; }

  // In the notation that parse() reads, with at most one pattern per text.
  std::vector<std::string> texts() const;

  bool operator==(const RetryCauses&) const = default;

 private:
  bool failure_ = false;
  bool any_exit_ = false;
  bool any_signal_ = false;
  bool timeout_ = false;
  bool idle_ = false;
  bool limit_ = false;
  bool spawn_ = false;
  ExitCodes exits_;
  std::vector<Signal> signals_;
  std::vector<std::string> patterns_;
};

struct RetryPolicy {
  int retries = 0;  // beyond the first attempt
  Duration delay = std::chrono::seconds(1);
  Backoff backoff = Backoff::exponential;
  TimeLimit max_delay = std::chrono::minutes(1);
  int jitter_percent = 20;  // random deviation of the delay, up or down
  RetryCauses on;
  RetryCauses not_on;
};

// The delay before retry number `retry`, counted from 1. The noise is between -1 and 1.
Duration delay_before(int retry, const RetryPolicy& policy, double noise);

}  // namespace oversee::model
