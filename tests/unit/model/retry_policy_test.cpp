// Tests every retry cause against every end, and the growth of delays.
#include "model/retry_policy.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

#include "ends_of_attempts.hpp"
#include "model/whole_number.hpp"

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

RetryCauses read(std::string_view text) {
  const auto causes = RetryCauses::parse(text);
  REQUIRE(causes.has_value());
  return *causes;
}

bool wrote_reset(std::string_view pattern) { return pattern == "reset"; }

TEST_CASE("retry causes: each end against each cause") {
  for (const End& end : ends()) {
    for (const std::string_view cause : kCauses) {
      CAPTURE(end.what);
      CAPTURE(cause);
      CHECK(read(cause).match(end.result, wrote_reset) == (std::ranges::find(end.causes, cause) != end.causes.end()));
    }
  }
}

TEST_CASE("retry causes: absent output matches nothing") {
  CHECK_FALSE(read("output:reset").match(exited(1), [](std::string_view) { return false; }));
}

TEST_CASE("retry causes: codes and names of a list continue after commas") {
  const RetryCauses causes = read("timeout,exit:1,75-78,signal:SEGV,BUS,limit,output:a,b");
  CHECK(causes.match(exited(77), wrote_reset));
  CHECK_FALSE(causes.match(exited(2), wrote_reset));
  CHECK(causes.match(died(SIGBUS), wrote_reset));
  CHECK_FALSE(causes.match(died(SIGTERM), wrote_reset));
  CHECK(causes.patterns() == std::vector<std::string>{"a,b"});
  RetryCauses both = read("idle");
  both.add(causes);
  CHECK(both.match(ended(Status::timed_out, Reason::idle_timeout), wrote_reset));
  CHECK(both.match(exited(77), wrote_reset));
}

TEST_CASE("retry causes: printed causes read back") {
  for (const std::string_view text :
       {"failure", "exit:1,75-78", "signal:SEGV,BUS", "timeout,idle,limit,spawn,exit,signal", "exit,output:x,y"}) {
    RetryCauses again;
    for (const std::string& each : read(text).texts()) again.add(read(each));
    CHECK(again == read(text));
  }
}

TEST_CASE("retry causes: bad text is refused") {
  for (const std::string_view bad : {"", ",", "failure,", "exit:", "exit:256", "exit:a", "signal:", "signal:FOO",
                                     "Failure", "1", "SEGV", "output:", "failures", "exit 1"}) {
    CAPTURE(bad);
    CHECK_FALSE(RetryCauses::parse(bad).has_value());
  }
}

TEST_CASE("retry delays: growth, cap and noise") {
  RetryPolicy policy{.delay = 1s, .max_delay = 10s, .jitter_percent = 0, .on = {}, .not_on = {}};
  const auto delays = [&](Backoff backoff) {
    policy.backoff = backoff;
    std::string text;
    for (int retry = 1; retry <= 5; ++retry) text += format_duration(delay_before(retry, policy, 0)) + ' ';
    return text;
  };
  CHECK(delays(Backoff::fixed) == "1s 1s 1s 1s 1s ");
  CHECK(delays(Backoff::linear) == "1s 2s 3s 4s 5s ");
  CHECK(delays(Backoff::exponential) == "1s 2s 4s 8s 10s ");
  policy.jitter_percent = 20;
  CHECK(delay_before(2, policy, 1) == 2400ms);
  CHECK(delay_before(2, policy, -1) == 1600ms);
  CHECK(delay_before(5, policy, 1) == 10s);
  CHECK(delay_before(5, policy, -1) == 8s);
  policy.max_delay.reset();
  CHECK(delay_before(1'000'000, policy, 1) > 0s);  // must not overflow
  policy.delay = 0s;
  CHECK(delay_before(1'000'000, policy, 1) == 0s);
}

TEST_CASE("retry numbers") {
  CHECK(parse_retries("0") == 0);
  CHECK(parse_retries("3") == 3);
  CHECK(parse_retries("1000000") == 1'000'000);
  CHECK(parse_percent("20") == 20);
  CHECK(parse_percent("20%") == 20);
  for (const std::string_view bad : {"", "-1", "x", "1.5", "1000001"}) CHECK_FALSE(parse_retries(bad).has_value());
  for (const std::string_view bad : {"", "-1", "101", "%"}) CHECK_FALSE(parse_percent(bad).has_value());
}

}  // namespace
}  // namespace oversee::model
