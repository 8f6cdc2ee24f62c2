// Tests the summary line: its text for each end, when it is shown, and that it is one line.
#include "report/summary_line.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "made_up_run.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::Reason;
using model::ShowSummary;
using model::Status;

// The output at the end of a run with these attempts.
std::string printed(const std::vector<model::AttemptResult>& attempts, ShowSummary show = ShowSummary::always,
                    const std::string& log_path = {}, bool on_terminal = false) {
  std::string text;
  SummaryLine line(show, on_terminal, [&](std::string_view each) { text += each; });
  model::RunInfo info = made_up_run();
  info.log_path = log_path;
  line.on(model::RunStarted{&info}, info.started);
  line.on(model::AttemptFinished{&attempts.back()}, attempts.back().finished);
  CHECK(text.empty());  // printed at the end of the run, not of an attempt
  tell_end(line, info, attempts);
  return text;
}

model::AttemptResult died(model::Signal signal) {
  auto result = made_up_result(Status::failed, Reason::signal);
  result.signal = signal;
  return result;
}

model::AttemptResult cancelled() {
  auto result = made_up_result(Status::cancelled, Reason::signal);
  result.cancelled_by = model::Canceller{SIGINT, 0};
  return result;
}

TEST_CASE("summary line: the text for each end, all different") {
  auto not_found = made_up_result(Status::failed, Reason::not_found);
  not_found.spawn_failure = model::SpawnFailure{"exec", 2, "mkae"};
  CHECK(printed({made_up_exit(0)}) == "oversee: completed: exit 0 after 12.0s\n");
  CHECK(printed({made_up_exit(2)}) == "oversee: failed: exit 2 after 12.0s\n");
  CHECK(printed({died(SIGSEGV)}) == "oversee: failed: killed by signal SEGV after 12.0s\n");
  CHECK(printed({made_up_result(Status::timed_out, Reason::timeout)}) == "oversee: timed out after 12.0s\n");
  CHECK(printed({cancelled()}) == "oversee: cancelled by INT from the terminal after 12.0s\n");
  CHECK(printed({not_found}).starts_with("oversee: failed: cannot run mkae: "));
}

TEST_CASE("summary line: the last attempt counts") {
  auto second = made_up_exit(0);
  second.number = 2;
  CHECK(printed({made_up_exit(2), second}) ==
        "oversee: warning: flaky: exit 0 after 12.0s in attempt 2 (attempt 1: exit 2)\n");
  second = made_up_exit(3);
  second.number = 2;
  CHECK(printed({made_up_exit(2), second}) == "oversee: failed: exit 3 after 12.0s in attempt 2 (attempt 1: exit 2)\n");
}

TEST_CASE("summary line: processes left by an earlier attempt are named") {
  auto first = made_up_exit(2);
  first.leaked = {{99, "sleep 1000"}};
  first.leaked_live = true;
  first.unkilled = {{98, "sudo cat"}};
  auto second = made_up_exit(3);
  second.number = 2;
  const std::string line = printed({first, second});
  CHECK(line.find("; 1 process left alive after attempt 1: sleep 1000 (99)") != std::string::npos);
  CHECK(line.find("; 1 process could not be killed after attempt 1: sudo cat (98)") != std::string::npos);
}

TEST_CASE("summary line: shown if requested") {
  const std::vector success{made_up_exit(0)};
  CHECK_FALSE(printed(success, ShowSummary::always).empty());
  CHECK(printed(success, ShowSummary::failure).empty());
  CHECK(printed(success, ShowSummary::never).empty());
  for (const model::AttemptResult& end :
       {made_up_exit(1), died(SIGKILL), cancelled(), made_up_result(Status::timed_out, Reason::timeout)}) {
    CHECK_FALSE(printed({end}, ShowSummary::failure).empty());
    CHECK(printed({end}, ShowSummary::never).empty());
  }
}

TEST_CASE("summary line: names the log") {
  CHECK(printed({made_up_exit(0)}, ShowSummary::always, "/tmp/x.log") ==
        "oversee: completed: exit 0 after 12.0s [log /tmp/x.log]\n");
}

TEST_CASE("summary line: names the first three leaked and remaining processes") {
  auto result = made_up_exit(0);
  result.leaked = {{7, "sleep 99"}};
  CHECK(printed({result}).find("; 1 process outlived it and had to be killed: sleep 99 (7)\n") != std::string::npos);
  result.leaked.push_back({8, "cat"});
  result.leaked.push_back({9, "dog"});
  CHECK(printed({result}).find("; 3 processes outlived it and had to be killed: sleep 99 (7), cat (8), dog (9)\n") !=
        std::string::npos);
  result.leaked.push_back({10, "cow"});
  result.unkilled = {{11, "sudo x"}};
  CHECK(
      printed({result}).ends_with("; 4 processes outlived it: sleep 99 (7), cat (8), dog (9) and 1 more"
                                  "; 1 process could not be killed: sudo x (11)\n"));
  result.leaked_more = 68;
  result.unkilled_more = 1;
  CHECK(
      printed({result}).ends_with("; 72 processes outlived it: sleep 99 (7), cat (8), dog (9) and "
                                  "69 more; 2 processes could not be killed: sudo x (11) and 1 more\n"));
}

TEST_CASE("summary line: unknown counts are not reported as zero") {
  auto result = made_up_exit(0);
  result.leaked = {{7, "sleep 99"}};
  result.unkilled_unknown = true;
  CHECK(printed({result}).ends_with(
      "; 1 process outlived it: sleep 99 (7); how many of its processes are left is unknown\n"));
}

TEST_CASE("summary line: a command that remains is not reported as killed") {
  model::AttemptResult result;
  result.status = model::Status::timed_out;
  result.reason = model::Reason::timeout;
  result.forced = true;
  CHECK(printed({result}).find(", killed") != std::string::npos);
  result.unkilled = {{11, "sudo x"}};
  CHECK(printed({result}).find(", killed") == std::string::npos);
}

TEST_CASE("summary line: says that leaked processes live on") {
  auto result = made_up_exit(0);
  result.leaked_live = true;
  result.leaked = {{7, "sleep 99"}};
  CHECK(printed({result}).find("; 1 process outlived it and lives on: sleep 99 (7)\n") != std::string::npos);
  result.leaked.push_back({8, "cat"});
  CHECK(printed({result}).find("; 2 processes outlived it and live on: sleep 99 (7), cat (8)\n") != std::string::npos);
}

TEST_CASE("summary line: is one line without control characters, whatever names contain") {
  const std::string evil = "x\noversee: completed\r\x1b[2J\x7f";
  auto not_found = made_up_result(Status::failed, Reason::not_found);
  not_found.spawn_failure = model::SpawnFailure{"exec", 2, evil};
  for (const std::string& log : {std::string(), "/tmp/" + evil}) {
    const std::string text = printed({not_found}, ShowSummary::always, log);
    CAPTURE(text);
    REQUIRE(text.ends_with('\n'));
    CHECK(std::ranges::none_of(text.substr(0, text.size() - 1),
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
  }
}

TEST_CASE("summary line: starts on a new line after the ^C of a terminal") {
  CHECK(printed({cancelled()}, ShowSummary::always, {}, true).starts_with("\noversee: cancelled"));
  CHECK(printed({cancelled()}).starts_with("oversee: cancelled"));
  CHECK(printed({made_up_exit(0)}, ShowSummary::always, {}, true).starts_with("oversee: completed"));
}

}  // namespace
}  // namespace oversee::report
