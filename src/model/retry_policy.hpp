// Which ends of an attempt are tried again, how often and after what delay. Plain data and rules.
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

// Whether the attempt wrote something that the pattern matches.
using Wrote = std::function<bool(std::string_view pattern)>;

// A list of causes: an attempt's end matches where one of them does.
class RetryCauses {
 public:
  RetryCauses() = default;

  // "failure,exit:1,75-78,signal:SEGV,BUS,timeout,idle,limit,spawn", and at the end of a list "output:REGEX", whose
  // pattern is all that follows. exit and signal alone mean any that is a failure.
  static Parsed<RetryCauses> parse(std::string_view text);

  void add(const RetryCauses& other);
  bool empty() const { return *this == RetryCauses(); }

  // Of an attempt that is no success; what was cancelled, or failed for oversee's own sake, matches nothing. `failure`
  // is any of these ends but a command that could not be started.
  bool match(const AttemptResult& result, const Wrote& wrote) const;

  // What output: asks for.
  const std::vector<std::string>& patterns() const { return patterns_; }

  // In the grammar that parse() reads, a pattern a list.
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
  int retries = 0;  // extra attempts
  Duration delay = std::chrono::seconds(1);
  Backoff backoff = Backoff::exponential;
  TimeLimit max_delay = std::chrono::minutes(1);
  int jitter_percent = 20;  // of the delay, more or less
  RetryCauses on;
  RetryCauses not_on;
};

// Before the retry of that number, from 1 on. The noise is from -1 to 1.
Duration delay_before(int retry, const RetryPolicy& policy, double noise);

}  // namespace oversee::model
