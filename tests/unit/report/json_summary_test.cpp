// Tests the JSON summary: exact documents of made-up runs.
#include "report/json_summary.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>

#include "made_up_run.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::Reason;
using model::Status;

struct Written {
  explicit Written(LogState log, std::vector<SettingValue> settings = {})
      : summary({.while_running = [this](std::string_view text) { running.emplace_back(text); },
                 .final = [this](std::string_view text) { final.emplace_back(text); }},
                std::move(settings), {.log = [log] { return log; }}) {}

  std::vector<std::string> running;
  std::vector<std::string> final;
  JsonSummary summary;
};

// The document of a run with these attempts.
std::string document(const std::vector<model::AttemptResult>& attempts, const LogState& log = {}) {
  Written written(log);
  const model::RunInfo info = made_up_run();
  tell_end(written.summary, info, attempts);
  REQUIRE(written.final.size() == 1);
  return written.final.front();
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("json summary: while the run lives") {
  Written written({}, {{"timeout", "10m"}});
  model::RunInfo info = made_up_run();
  info.log_path = "/tmp/oversee-0/x.log";
  written.summary.on(model::RunStarted{&info}, info.started);
  REQUIRE(written.running.size() == 1);
  CHECK(written.running.front() == R"({
  "schema": 1,
  "run_id": "20261123-121659-k3f9",
  "name": "make",
  "labels": {},
  "version": "9.8.7",
  "command": [
    "make",
    "-j8",
    "test"
  ],
  "directory": "/srv/app",
  "host": "runner-12",
  "pid": 4242,
  "pid_born_ms": 0,
  "started_at": "2026-11-23T12:16:59.123Z",
  "settings": {
    "timeout": "10m"
  },
  "status": "running",
  "log": {
    "path": "/tmp/oversee-0/x.log",
    "format": "tagged"
  }
}
)");
  CHECK(written.final.empty());
}

TEST_CASE("json summary: a run that waits for a slot is pending") {
  Written written({});
  model::RunInfo info = made_up_run();
  info.slot = model::SlotRequest{.group = "db", .most = 4};
  written.summary.on(model::RunStarted{&info}, info.started);
  written.summary.on(model::SlotTaken{&*info.slot, "", 1500ms}, info.started);
  REQUIRE(written.running.size() == 2);
  CHECK(holds(written.running[0], R"(
  "slot": {
    "group": "db",
    "max_concurrent": 4,
    "waited_ms": null
  },
  "status": "pending",)"));
  CHECK(holds(written.running[1], R"(
    "waited_ms": 1500
  },
  "status": "running",)"));
}

TEST_CASE("json summary: a run that ended in the queue has no attempts") {
  model::AttemptResult result = made_up_result(Status::timed_out, Reason::queue_timeout);
  result.number = 0;
  result.slot = model::SlotStanding{.group = "db", .most = 1, .running = 1, .before = 0, .holders = {"a"}};
  const std::string text = document({result});
  CHECK(holds(text, R"("attempts": [])"));
  CHECK(holds(text, R"("summary": "no slot of group db was free within )"));
  CHECK(holds(text, ": 1 of 1 is taken (by a); nothing was run"));
  CHECK(holds(text, R"("exit_status": 124)"));
}

TEST_CASE("json summary: a run of two attempts, exactly") {
  auto first = made_up_result(Status::timed_out, Reason::timeout);
  first.signal = SIGKILL;
  first.forced = true;
  first.usage = {.user = 58100ms,
                 .system = 3100ms,
                 .max_rss_bytes = 536870912,
                 .peak_bytes = 1073741824,
                 .processes = 12,
                 .major_faults = 7,
                 .voluntary_switches = 1000,
                 .involuntary_switches = 204,
                 .read_bytes = 12288,
                 .written_bytes = 512,
                 .accuracy = model::Accuracy::exact};
  first.out = {.bytes = 2000, .lines = 20, .omitted_bytes = 500, .omitted_lines = 5, .counted = true};
  first.err = {.bytes = 0, .lines = 0, .omitted_bytes = 0, .omitted_lines = 0, .counted = true};
  first.leaked = {{99, "sleep 1000"}};
  first.unkilled = {{98, "sudo cat"}, {97, "[kworker]"}};
  auto second = made_up_result(Status::cancelled, Reason::signal, 2);
  second.exit_code = 130;
  second.cancelled_by = model::Canceller{SIGINT, 4711};
  second.started = after(13s + 600us);
  second.finished = after(14s + 100ms + 499us);

  Written written({.path = "/tmp/x.log", .complete = false, .error = "No space left on device"},
                  {{"timeout", "10m"}, {"stop", "TERM:10s,KILL"}});
  const model::RunInfo info = made_up_run();
  tell_end(written.summary, info, {first, second});
  REQUIRE(written.final.size() == 1);
  CHECK(written.final.front() == R"summary({
  "schema": 1,
  "run_id": "20261123-121659-k3f9",
  "name": "make",
  "labels": {},
  "version": "9.8.7",
  "command": [
    "make",
    "-j8",
    "test"
  ],
  "directory": "/srv/app",
  "host": "runner-12",
  "pid": 4242,
  "pid_born_ms": 0,
  "started_at": "2026-11-23T12:16:59.123Z",
  "finished_at": "2026-11-23T12:17:13.623Z",
  "duration_ms": 14500,
  "status": "cancelled",
  "reason": "signal",
  "summary": "cancelled by INT sent by pid 4711 after 1.1s in attempt 2 (attempt 1: timeout)",
  "exit_code": 130,
  "signal": null,
  "exit_status": 130,
  "flaky": false,
  "containment": "subreaper",
  "proc": "all",
  "attempts": [
    {
      "number": 1,
      "status": "timed_out",
      "reason": "timeout",
      "exit_code": null,
      "signal": "KILL",
      "forced": true,
      "started_at": "2026-11-23T12:17:00.123Z",
      "duration_ms": 12000,
      "cpu_user_ms": 58100,
      "cpu_system_ms": 3100,
      "max_rss_bytes": 536870912,
      "memory_peak_bytes": 1073741824,
      "memory_peak_of": "tree",
      "processes": 12,
      "major_faults": 7,
      "voluntary_switches": 1000,
      "involuntary_switches": 204,
      "read_bytes": 12288,
      "written_bytes": 512,
      "usage_accuracy": "exact",
      "stdout": {
        "bytes": 2000,
        "lines": 20,
        "captured": 1500,
        "omitted": 500
      },
      "stderr": {
        "bytes": 0,
        "lines": 0,
        "captured": 0,
        "omitted": 0
      },
      "leaked": [
        {
          "pid": 99,
          "command": "sleep 1000",
          "holds": null
        }
      ],
      "leaked_fate": "not_all_killed",
      "unkilled": [
        {
          "pid": 98,
          "command": "sudo cat"
        },
        {
          "pid": 97,
          "command": "[kworker]"
        }
      ]
    },
    {
      "number": 2,
      "status": "cancelled",
      "reason": "signal",
      "exit_code": 130,
      "signal": null,
      "forced": false,
      "cancelled_by": {
        "signal": "INT",
        "pid": 4711
      },
      "started_at": "2026-11-23T12:17:12.123Z",
      "duration_ms": 1100,
      "cpu_user_ms": 0,
      "cpu_system_ms": 0,
      "max_rss_bytes": 0,
      "memory_peak_bytes": 0,
      "memory_peak_of": "largest_process",
      "processes": 0,
      "major_faults": 0,
      "voluntary_switches": 0,
      "involuntary_switches": 0,
      "read_bytes": 0,
      "written_bytes": 0,
      "usage_accuracy": "lower_bound",
      "stdout": {
        "bytes": null,
        "lines": null,
        "captured": null,
        "omitted": null
      },
      "stderr": {
        "bytes": null,
        "lines": null,
        "captured": null,
        "omitted": null
      },
      "leaked": [],
      "unkilled": []
    }
  ],
  "settings": {
    "timeout": "10m",
    "stop": "TERM:10s,KILL"
  },
  "log": {
    "path": "/tmp/x.log",
    "format": "tagged",
    "complete": false,
    "error": "No space left on device"
  }
}
)summary");
}

TEST_CASE("json summary: a command that could not be run") {
  auto result = made_up_result(Status::failed, Reason::not_found);
  result.spawn_failure = model::SpawnFailure{"exec", ENOENT, "mkae"};
  const std::string text = document({result});
  CHECK(holds(text, "  \"exit_status\": 127,\n"));
  CHECK(holds(text, R"(      "spawn_failure": {
        "stage": "exec",
        "errno": 2,
        "subject": "mkae"
      },
)"));
}

TEST_CASE("json summary: absent values are null or omitted") {
  const std::string text = document({made_up_exit(0)});
  CHECK(holds(text, "\n  \"exit_code\": 0,\n  \"signal\": null,\n"));
  CHECK(holds(text, "\n  \"log\": null\n}"));
  CHECK(holds(text, "\n  \"settings\": {},\n"));
  CHECK_FALSE(holds(text, "spawn_failure"));
  CHECK_FALSE(holds(text, "cancelled_by"));
  CHECK(holds(document({made_up_exit(0)}, {.path = "/l", .complete = true, .error = {}}),
              "\n  \"log\": {\n    \"path\": \"/l\",\n    \"format\": \"tagged\",\n    \"complete\": true\n  }\n"));
}

TEST_CASE("json summary: names and arguments may contain any bytes") {
  Written written({});
  model::RunInfo info = made_up_run();
  info.name = "a\"b\n";
  info.argv = {"\xff", "", "x\\y"};
  written.summary.on(model::RunStarted{&info}, info.started);
  CHECK(holds(written.running.front(), R"("name": "a\"b\n")"));
  CHECK(holds(written.running.front(), "\n    \"\xef\xbf\xbd\",\n    \"\",\n    \"x\\\\y\"\n"));
}

TEST_CASE("json summary: events, if requested") {
  std::string text;
  EventsState events{.destination = "fd:3", .dropped = {}, .error = {}};
  JsonSummary summary({.while_running = {}, .final = [&](std::string_view document) { text = document; }}, {},
                      {.log = [] { return LogState{}; }, .events = [&] { return events; }});
  const model::RunInfo info = made_up_run();
  tell_end(summary, info, {made_up_exit(0)});
  CHECK(holds(text, R"(,
  "events": {
    "destination": "fd:3",
    "complete": true,
    "dropped_events": 0,
    "dropped_bytes": 0
  }
}
)"));
  events.dropped = {.events = 2, .bytes = 16000};
  tell_end(summary, info, {made_up_exit(0)});
  CHECK(holds(text, R"("complete": false,
    "dropped_events": 2,
    "dropped_bytes": 16000
)"));
  events = {.destination = "fd:3", .dropped = {}, .error = "Broken pipe"};
  tell_end(summary, info, {made_up_exit(0)});
  CHECK(holds(text, R"("complete": false,)"));
  CHECK(holds(text, R"("error": "Broken pipe")"));
  CHECK_FALSE(holds(document({made_up_exit(0)}), "events"));
}

TEST_CASE("json summary: without a store for the running document only the final one is made") {
  int finals = 0;
  JsonSummary summary({.while_running = {}, .final = [&](std::string_view) { ++finals; }}, {},
                      {.log = [] { return LogState{}; }});
  const model::RunInfo info = made_up_run();
  summary.on(model::RunStarted{&info}, info.started);
  CHECK(finals == 0);
  tell_end(summary, info, {made_up_exit(0)});
  CHECK(finals == 1);
}

}  // namespace
}  // namespace oversee::report
