// Tests the verdict on a run, and its sentence.
#include "model/verdict.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <vector>

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

AttemptResult exited(int number, int code) {
  AttemptResult result;
  result.number = number;
  result.status = code == 0 ? Status::completed : Status::failed;
  result.exit_code = code;
  result.finished.instant = result.started.instant + 2s;
  return result;
}

AttemptResult timed_out(int number) {
  AttemptResult result = exited(number, 1);
  result.status = Status::timed_out;
  result.reason = Reason::timeout;
  return result;
}

TEST_CASE("verdict: a single attempt's result is the run's") {
  const std::vector attempts{exited(1, 3)};
  const Verdict verdict = judge(attempts, {});
  CHECK(verdict.status == Status::failed);
  CHECK(verdict.exit == ExitAction{3, {}});
  CHECK_FALSE(verdict.flaky);
  CHECK(describe(verdict, attempts) == "exit 3 after 2.0s");
}

TEST_CASE("verdict: a pass after a failure is flaky, under all three policies") {
  const std::vector attempts{exited(1, 2), exited(2, 2), timed_out(3), exited(4, 0)};
  const Verdict warned = judge(attempts, {});
  CHECK(warned.flaky);
  CHECK(warned.warns());
  CHECK(warned.success());
  CHECK(warned.exit == ExitAction{0, {}});
  CHECK(describe(warned, attempts) == "exit 0 after 2.0s in attempt 4 (attempts 1-2: exit 2, attempt 3: timeout)");

  const Verdict passed = judge(attempts, {.on_flaky = OnFlaky::pass});
  CHECK(passed.flaky);
  CHECK_FALSE(passed.warns());
  CHECK(passed.success());
  CHECK(describe(passed, attempts).find("in attempt 4, flaky (") != std::string::npos);

  const Verdict failed = judge(attempts, {.on_flaky = OnFlaky::fail});
  CHECK(failed.flaky);
  CHECK(failed.status == Status::failed);
  CHECK(failed.reason == Reason::flaky);
  CHECK(failed.exit == ExitAction{122, {}});
  CHECK(describe(failed, attempts).find("in attempt 4, flaky (") != std::string::npos);
}

TEST_CASE("verdict: the last failure is the run's, and the earlier ones are reported") {
  const std::vector attempts{exited(1, 2), timed_out(2), exited(3, 7)};
  const Verdict verdict = judge(attempts, {.on_flaky = OnFlaky::fail}, {.not_retried = NotRetried::no_more});
  CHECK_FALSE(verdict.flaky);
  CHECK(verdict.exit == ExitAction{7, {}});
  CHECK(describe(verdict, attempts) == "exit 7 after 2.0s in attempt 3 (attempt 1: exit 2, attempt 2: timeout)");
}

TEST_CASE("verdict: why there was no further attempt") {
  const std::vector attempts{exited(1, 2)};
  const Verdict verdict = judge(attempts, {}, {.not_retried = NotRetried::no_time});
  CHECK(verdict.exit == ExitAction{2, {}});
  CHECK(describe(verdict, attempts) == "exit 2 after 2.0s; not tried again: --total-timeout leaves no time for it");
}

TEST_CASE("verdict: a cancel between two attempts ends the run") {
  const std::vector attempts{exited(1, 2)};
  const Verdict verdict = judge(attempts, {}, {NotRetried::cancelled, Canceller{SIGTERM, 42}});
  CHECK(verdict.status == Status::cancelled);
  CHECK(verdict.reason == Reason::signal);
  CHECK(verdict.exit == ExitAction{0, SIGTERM});
  CHECK(describe(verdict, attempts) == "cancelled by TERM sent by pid 42 before attempt 2 (attempt 1: exit 2)");
}

}  // namespace
}  // namespace oversee::model
