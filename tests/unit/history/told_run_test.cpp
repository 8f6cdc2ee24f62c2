// Tests that a record is read back as it was written.
#include "history/told_run.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "report/json_members.hpp"

namespace oversee::history {
namespace {

using namespace std::chrono_literals;
using model::AttemptResult;

std::string document(const AttemptResult& result) {
  report::JsonText json;
  json.begin_object().begin_array("attempts");
  report::write_attempt(json, {}, result);
  json.end_array().end_object();
  return json.take();
}

model::ToldAttempt read_back(const AttemptResult& result) {
  const model::ToldRun told = tell_run({}, document(result));
  REQUIRE(told.attempts.size() == 1);
  return told.attempts.front();
}

// Checks that everything read back is written the same; snapshots and hooks are read only in part.
void check_round_trip(const AttemptResult& result) {
  const AttemptResult read = read_back(result).result;
  CHECK(document(read) == document(result));
  CHECK(describe(read) == describe(result));
}

AttemptResult failure(model::Reason reason) {
  AttemptResult result;
  result.number = 2;
  result.reason = reason;
  result.started.wall = model::WallTime(1'795'436'219'123ms);
  result.finished.instant = model::Instant(12'345ms);
  return result;
}

TEST_CASE("told run: an attempt with every member") {
  AttemptResult result = failure(model::Reason::memory_limit);
  result.exit_code = 3;
  result.signal = SIGKILL;
  result.forced = true;
  result.limits = {{model::Resource::memory, 1 << 20, model::LimitMeans::cgroup, {}},
                   {model::Resource::cpu, 5'000'000'000, model::LimitMeans::sampling, 6'000'000'000}};
  result.passed_limit = {model::Resource::memory, 2 << 20, 1 << 20, model::LimitMeans::cgroup, {77, "eater", 1 << 19}};
  result.out_of_memory_kills = 2;
  result.cancelled_by = {SIGTERM, 42};
  result.leaked = {{{7, "sleep 9"}, {true, true, false}}, {{8, "[gone]"}, {}}};
  result.leaked_more = 3;
  result.leaked_live = true;
  result.unkilled = {{9, "su"}};
  result.unkilled_more = 1;
  result.usage = {.user = 58'100ms,
                  .system = 3'100ms,
                  .max_rss_bytes = 512,
                  .peak_bytes = 1024,
                  .processes = 12,
                  .major_faults = 3,
                  .voluntary_switches = 4,
                  .involuntary_switches = 5,
                  .read_bytes = 6,
                  .written_bytes = 7,
                  .accuracy = model::Accuracy::exact};
  result.out = {.bytes = 100, .lines = 9, .omitted_bytes = 20, .counted = true};
  check_round_trip(result);
}

TEST_CASE("told run: each kind of end") {
  for (int i = 0; i <= static_cast<int>(model::Reason::supervisor_lost); ++i) {
    AttemptResult result = failure(static_cast<model::Reason>(i));
    CAPTURE(to_string(result.reason));
    result.status = result.reason == model::Reason::timeout ? model::Status::timed_out : model::Status::failed;
    result.signal = SIGSEGV;
    result.passed_limit = {model::Resource::cpu, 3'000'000'000, 1'000'000'000, model::LimitMeans::sampling, {}};
    result.spawn_failure = {"exec", EACCES, "./x y"};
    check_round_trip(result);
  }
}

TEST_CASE("told run: the sentence of the evidence, and the length of the silence") {
  AttemptResult result = failure(model::Reason::idle_timeout);
  result.silent = 2s;
  result.evidence.emplace();
  result.evidence->silent = 2s;
  const model::ToldAttempt told = read_back(result);
  CHECK(told.evidence == sentence(*result.evidence));
  CHECK(describe(told.result) == describe(result));
}

TEST_CASE("told run: an invalid record is reported with the known facts") {
  SelectedRun run;
  run.record.id = "20261123-121659-k3fa";
  run.status = "pending";
  for (const char* text : {"", "{", "[]", "{\"attempts\": [1, {}], \"settings\": {\"a\": 1}}"}) {
    const model::ToldRun told = tell_run(run, text);
    CHECK(told.id == run.record.id);
    CHECK(told.lives());
    CHECK(told.settings.empty());
  }
}

TEST_CASE("told run: unknown counts are missing") {
  for (const char* number : {"9223372036854775807", "9223372036854", "-1", "-9223372036854775808", "1e9", "1.5"}) {
    CAPTURE(number);
    const std::string text = fmt::format(
        R"({{"attempts": [{{"number": 4294967297, "reason": "cpu_limit", "duration_ms": {0}, "cpu_user_ms": {0},
            "exit_code": -9223372036854775808, "limit_passed": {{"resource": "cpu", "used": {0}, "allowed": {0}}},
            "limits": [{{"resource": "cpu", "allowed": {0}}}]}}], "settings": {{"": "x"}}}})",
        number);
    const model::ToldRun told = tell_run({}, text);
    CHECK(told.settings.empty());
    REQUIRE(told.attempts.size() == 1);
    const AttemptResult& result = told.attempts.front().result;
    CHECK(result.number == 1);
    CHECK_FALSE(result.exit_code.has_value());
    CHECK(result.duration() == 0s);
    CHECK(result.usage.user == 0s);
    CHECK(result.limits.front().allowed == 0);
    CHECK(result.passed_limit->used == 0);
  }
}

}  // namespace
}  // namespace oversee::history
