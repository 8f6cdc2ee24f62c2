// Tests retries on a fake clock: their number, delays and time limit; and what ends them.
#include "run/retry_machine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "ends_of_attempts.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;
using model::NotRetried;

constexpr model::Instant kStart{1'000'000s};

model::RetryCauses read(std::string_view text) { return model::RetryCauses::parse(text).value(); }

model::RetryPolicy policy(int retries) {
  return {.retries = retries, .delay = 1s, .max_delay = 1min, .jitter_percent = 0, .on = read("failure"), .not_on = {}};
}

model::AttemptResult exited(int code) {
  model::AttemptResult result;
  result.status = code == 0 ? model::Status::completed : model::Status::failed;
  result.exit_code = code;
  return result;
}

struct Driven {
  explicit Driven(model::RetryPolicy policy, model::TimeLimit total = {}, std::uint64_t seed = 1)
      : machine(std::move(policy), total, kStart, seed) {}

  // "2 in 1s", or the reason against a retry.
  std::string after(const model::AttemptResult& result, model::Duration at, Hindrances hindrances = {}) {
    const auto decision = machine.after(
        result, [](std::string_view pattern) { return pattern == "reset"; }, hindrances, kStart + at);
    if (const auto* again = std::get_if<RetryMachine::Again>(&decision)) {
      return std::to_string(again->next) + " in " + model::format_duration(again->delay);
    }
    switch (std::get<NotRetried>(decision)) {
      case NotRetried::not_wanted: return "not wanted";
      case NotRetried::no_more: return "no more";
      case NotRetried::no_cause: return "no cause";
      case NotRetried::no_time: return "no time";
      case NotRetried::cancelled: return "cancelled";
      case NotRetried::output_gone: return "output gone";
      case NotRetried::input_read: return "input read";
      case NotRetried::input_gone: return "input gone";
    }
    return "";
  }

  RetryMachine machine;
};

TEST_CASE("retries: as many as configured, and no more") {
  Driven run(policy(2));
  CHECK(run.after(exited(1), 1s) == "2 in 1s");
  CHECK(run.after(exited(1), 3s) == "3 in 2s");
  CHECK(run.after(exited(1), 6s) == "no more");
}

TEST_CASE("retries: a success ends them, and none happen without a request") {
  Driven run(policy(2));
  CHECK(run.after(exited(1), 1s) == "2 in 1s");
  CHECK(run.after(exited(0), 3s) == "not wanted");
  CHECK(Driven(policy(0)).after(exited(1), 1s) == "not wanted");
}

TEST_CASE("retries: a cause must match, and no excluded one") {
  struct Case {
    std::string_view on, not_on;
    int code;
    std::string_view decision;
  };
  // The output matches `reset`.
  for (const Case& c : {Case{"exit:1", "", 1, "2 in 1s"}, Case{"exit:1", "", 2, "no cause"},
                        Case{"exit:1", "exit:1", 1, "no cause"}, Case{"failure", "exit:2", 1, "2 in 1s"},
                        Case{"failure", "exit:2", 2, "no cause"}, Case{"failure", "output:reset", 1, "no cause"},
                        Case{"failure", "output:other", 1, "2 in 1s"}, Case{"output:reset", "", 1, "2 in 1s"},
                        Case{"output:other", "", 1, "no cause"}, Case{"timeout", "", 1, "no cause"}}) {
    CAPTURE(c.on);
    CAPTURE(c.not_on);
    model::RetryPolicy p = policy(3);
    p.on = read(c.on);
    if (!c.not_on.empty()) p.not_on = read(c.not_on);
    CHECK(Driven(p).after(exited(c.code), 1s) == c.decision);
  }
}

// Every end with every cause for and against a retry; each end lists the causes it matches.
TEST_CASE("retries: the matrix of ends, causes and excluded causes") {
  for (const model::End& end : model::ends()) {
    const auto matches = [&](std::string_view cause) {
      return std::ranges::find(end.causes, cause) != end.causes.end();
    };
    for (const std::string_view on : model::kCauses) {
      for (const std::string_view not_on : model::kCauses) {
        CAPTURE(end.what);
        CAPTURE(on);
        CAPTURE(not_on);
        model::RetryPolicy p = policy(3);
        p.on = read(on);
        p.not_on = read(not_on);
        const bool again = Driven(p).after(end.result, 1s) == "2 in 1s";
        CHECK(again == (matches(on) && !matches(not_on)));
      }
    }
  }
}

TEST_CASE("retries: a command that cannot be started is not retried unless requested") {
  model::AttemptResult unstarted;
  unstarted.reason = model::Reason::not_found;
  CHECK(Driven(policy(3)).after(unstarted, 1s) == "no cause");
  model::RetryPolicy p = policy(3);
  p.on = read("spawn");
  CHECK(Driven(p).after(unstarted, 1s) == "2 in 1s");
}

TEST_CASE("retries: no delay starts without time for it and an attempt within the total timeout") {
  Driven run(policy(5), 10s);
  CHECK(run.after(exited(1), 1s) == "2 in 1s");
  CHECK(run.machine.may_begin(kStart + 2s));
  CHECK(run.after(exited(1), 7s) == "3 in 2s");
  CHECK_FALSE(run.machine.may_begin(kStart + 10s));  // the work before it took too long
  CHECK(run.after(exited(1), 8s) == "no time");
  Driven exactly(policy(5), 10s);
  CHECK(exactly.after(exited(1), 9s) == "no time");  // the attempt would end as it begins
}

TEST_CASE("retries: an attempt ended by the total timeout is the last") {
  model::AttemptResult over;
  over.status = model::Status::timed_out;
  over.reason = model::Reason::total_timeout;
  CHECK(Driven(policy(5), 10s).after(over, 10s) == "no time");
}

TEST_CASE("retries: the total timeout is paused while oversee is suspended") {
  Driven run(policy(5), 10s);
  run.machine.stood_still(1h);
  CHECK(run.machine.total_end() == kStart + 1h + 10s);
  CHECK(run.after(exited(1), 1h) == "2 in 1s");
}

TEST_CASE("retries: none after a cancel, whatever the attempt's result") {
  Driven run(policy(5));
  run.machine.cancel();
  CHECK(run.after(exited(1), 1s) == "cancelled");
  // If no retry would have followed anyway, that reason is given instead.
  Driven last(policy(0));
  last.machine.cancel();
  CHECK(last.after(exited(1), 1s) != "cancelled");
  model::AttemptResult cancelled;
  cancelled.status = model::Status::cancelled;
  CHECK(Driven(policy(5)).after(cancelled, 1s) == "cancelled");
}

TEST_CASE("retries: none without a reader or the input") {
  CHECK(Driven(policy(5)).after(exited(1), 1s, {.output_gone = true}) == "output gone");
  CHECK(Driven(policy(5)).after(exited(1), 1s, {.input_gone = true}) == "input gone");
  CHECK(Driven(policy(5)).after(exited(1), 1s, {.input_read = true, .input_gone = true}) == "input read");
}

TEST_CASE("retries: noise is bounded, varies, and depends on the seed") {
  model::RetryPolicy p = policy(1000);
  p.backoff = model::Backoff::fixed;
  p.jitter_percent = 20;
  RetryMachine one(p, {}, kStart, 7);
  RetryMachine same(p, {}, kStart, 7);
  std::set<model::Duration> seen;
  for (int i = 0; i < 100; ++i) {
    const auto next = [&](RetryMachine& machine) {
      return std::get<RetryMachine::Again>(machine.after(
          exited(1), [](std::string_view) { return false; }, {}, kStart));
    };
    const auto delay = next(one).delay;
    CHECK(delay == next(same).delay);
    CHECK(delay >= 800ms);
    CHECK(delay <= 1200ms);
    seen.insert(delay);
  }
  CHECK(seen.size() > 90);
}

}  // namespace
}  // namespace oversee::run
