// Tests the page about a run: exact text for made-up runs.
#include "report/run_page.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "made_up_run.hpp"
#include "report/columns.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::Reason;
using model::Status;

model::RecordedRun told() {
  model::RecordedRun run;
  run.id = "20261123-121659-k3fa";
  run.name = "make";
  run.command = {"make", "-j8", "test"};
  run.directory = "/srv/app";
  run.host = "runner-12";
  run.pid = 4242;
  run.started = after({}).wall;
  run.log_path = "/tmp/x.log";
  return run;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("run page: a failure in its second attempt, exactly") {
  model::RecordedRun run = told();
  run.labels = {{"ci", ""}, {"team", "core"}};
  run.status = "failed";
  run.summary = "exit 2 after 12.0s in attempt 2 (attempt 1: timeout)";
  run.exit_code = run.exit_status = 2;
  run.duration = 26s;
  run.settings = {
      {"timeout", "12s"}, {"timeout-origin", "auto, from 34 runs"}, {"idle-timeout", "none"}, {"retries", "1"}};
  model::AttemptResult first = made_up_result(Status::timed_out, Reason::timeout);
  first.usage.user = 1s;
  first.usage.max_rss_bytes = 4 << 20;
  first.out = {.bytes = 10, .lines = 1, .counted = true};
  model::AttemptResult second = made_up_exit(2);
  second.number = 2;
  second.usage.user = 2s;
  second.out = {.bytes = 20, .lines = 2, .omitted_bytes = 7, .counted = true};
  second.leaked = {{{7, "sleep 9"}, {true, true, false}}};
  run.attempts = {{first, "silent for 2.0s; sleep 7 sleeps"}, {second, ""}};
  Digest digest;
  for (int i = 1; i <= 12; ++i) digest.last.push_back({model::Stream::out, fmt::format("line {}", i)});
  digest.first_error = {model::Stream::err, "x.c:1: error: no"};
  CHECK(run_page(run, digest, run.started + 3min, kAnyWidth) == R"(run        20261123-121659-k3fa
name       make
labels     ci=  team=core
command    make -j8 test
directory  /srv/app
host       runner-12
started    2026-11-23T12:16:59.123Z, 3m ago
status     failed: exit 2 after 12.0s in attempt 2 (attempt 1: timeout)
exit       2
duration   26.0s
used       cpu 3.0s user 0ms system  memory 4.0MiB (largest process)
output     30B of stdout in 3 lines (7B not in the log)
settings   timeout 12s (auto, from 34 runs)  retries 1
attempts   1  timed out after 12.0s
           2  exit 2 after 12.0s
evidence   attempt 1: silent for 2.0s; sleep 7 sleeps
leaked     attempt 2: pid 7  sleep 9  holds stdout, killed

first error:
  | x.c:1: error: no

last 10 lines:
  | line 3
  | line 4
  | line 5
  | line 6
  | line 7
  | line 8
  | line 9
  | line 10
  | line 11
  | line 12

log        /tmp/x.log
           oversee logs 20261123-121659-k3fa
)");
}

TEST_CASE("run page: an error among the last lines is not repeated") {
  model::RecordedRun run = told();
  run.status = "failed";
  Digest digest;
  digest.last = {{model::Stream::err, "error: no"}};
  digest.first_error = digest.last.front();
  const std::string page = run_page(run, digest, run.started, kAnyWidth);
  CHECK(holds(page, "\nlast line:\n  | error: no\n"));
  CHECK_FALSE(holds(page, "first error"));
}

// The clock's range is 292 years; a forged record can claim more.
TEST_CASE("run page: the CPU time of many attempts stays within the clock's range") {
  model::RecordedRun run = told();
  run.status = "failed";
  run.attempts.resize(4);
  for (model::RecordedAttempt& each : run.attempts) {
    each.result.usage.user = each.result.usage.system = std::chrono::years(90);
    each.result.usage.max_rss_bytes = 1;
  }
  CHECK(holds(run_page(run, {}, run.started, kAnyWidth), "\nused       cpu 35584d 0h user 35584d 0h system"));
}

TEST_CASE("run page: the status of live and ended runs") {
  model::RecordedRun run = told();
  const auto page = [&] { return run_page(run, {}, run.started + 90s, kAnyWidth); };
  run.status = "running";
  CHECK(holds(page(), "\nstatus     running for 1m 30s, attempt 1, by oversee with pid 4242\n"));
  run.status = "lost";
  CHECK(holds(page(), "\nstatus     lost: oversee (pid 4242) is gone without having told an end;"));
  run.pid = 0;
  CHECK(holds(page(), "\nstatus     lost: oversee was killed before"));
  run.status = "pending";
  CHECK(holds(page(), "\nstatus     pending: "));
  run.status = "timed_out";
  run.summary = "timed out after 5m";
  run.exit_status = 124;
  run.signal = "TERM";
  CHECK(holds(page(), "\nstatus     timed out after 5m\nexit       124 (the command died of TERM)\n"));
  run.status = "completed";
  run.signal.clear();
  run.flaky = true;
  run.summary = "exit 3 after 2s";
  run.exit_status = 0;
  run.exit_code = 3;
  CHECK(holds(page(), "\nstatus     flaky: exit 3 after 2s\nexit       0 (the command: 3)\n"));
}

TEST_CASE("run page: lines fit, and nothing moves the cursor") {
  model::RecordedRun run = told();
  run.status = "failed";
  run.command = {"sh", "-c", std::string(200, 'x') + "\x1b[2J\n"};
  run.summary = "exit 1 after a very long sentence that does not fit into a line of forty columns";
  Digest digest;
  digest.last = {{model::Stream::out, std::string(100, 'y')}};
  const std::string page = run_page(run, digest, run.started, 40);
  CHECK(page.find('\x1b') == std::string::npos);
  for (std::size_t at = 0; at < page.size(); at = page.find('\n', at) + 1) {
    CHECK(page.find('\n', at) - at <= 40);
  }
}

}  // namespace
}  // namespace oversee::report
