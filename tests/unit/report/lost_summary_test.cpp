// Tests the record and last log lines of an interrupted run, by exact comparison.
#include "report/lost_summary.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "history/json_reader.hpp"
#include "made_up_run.hpp"
#include "report/json_summary.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;

model::LostRun made_up_loss() {
  model::LostRun lost;
  lost.id = made_up_run().id;
  lost.started = after({}).instant;
  lost.attempt = made_up_result(model::Status::failed, model::Reason::supervisor_lost, 2);
  lost.attempt.signal = SIGKILL;
  lost.attempt.usage = {.user = 58100ms, .system = 3100ms, .max_rss_bytes = 536870912, .processes = 12};
  return lost;
}

std::string running_document(const model::RunInfo& info = made_up_run()) {
  std::string document;
  JsonSummary summary({.while_running = [&](std::string_view text) { document = text; }, .final = {}},
                      {{"timeout", "10m"}}, {});
  summary.on(model::RunStarted{&info}, info.started);
  return document;
}

TEST_CASE("lost run: the record is completed with the guard's knowledge, exactly") {
  const auto document = finish_document(running_document(), made_up_loss(), {.path = "/tmp/x.log"});
  REQUIRE(document.has_value());
  CHECK(*document == R"({
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
  "finished_at": "2026-11-23T12:17:12.123Z",
  "duration_ms": 13000,
  "status": "failed",
  "reason": "supervisor_lost",
  "summary": "oversee itself was killed after 13.0s; nothing of the command is left",
  "exit_code": null,
  "signal": "KILL",
  "exit_status": null,
  "flaky": false,
  "containment": "subreaper",
  "proc": "all",
  "attempts": [
    {
      "number": 2,
      "status": "failed",
      "reason": "supervisor_lost",
      "exit_code": null,
      "signal": "KILL",
      "forced": false,
      "started_at": "2026-11-23T12:17:00.123Z",
      "duration_ms": 12000,
      "cpu_user_ms": 58100,
      "cpu_system_ms": 3100,
      "max_rss_bytes": 536870912,
      "memory_peak_bytes": 536870912,
      "memory_peak_of": "largest_process",
      "processes": 12,
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
  "log": {
    "path": "/tmp/x.log",
    "format": "tagged",
    "complete": false,
    "error": "oversee was killed: what it had not read yet of the output is missing"
  }
}
)");
}

TEST_CASE("lost run: without a log; with remaining processes") {
  auto lost = made_up_loss();
  lost.attempt.unkilled = {{98, "sudo cat"}};
  const auto one = finish_document(running_document(), lost, {});
  REQUIRE(one.has_value());
  CHECK(one->ends_with("\n  \"log\": null\n}\n"));
  CHECK(one->find("; of the command a process could not be killed\"") != std::string::npos);
  CHECK(one->find("\"command\": \"sudo cat\"") != std::string::npos);
  lost.attempt.unkilled.push_back({99, "x"});
  const auto two = finish_document(running_document(), lost, {});
  REQUIRE(two.has_value());
  CHECK(two->find("; of the command 2 processes could not be killed\"") != std::string::npos);
}

TEST_CASE("lost run: with processes that may live on; in a cgroup") {
  auto lost = made_up_loss();
  lost.attempt.leaked.push_back({{98, "redis-server"}, {.known = true, .out = true}});
  lost.attempt.leaked_more = 2;
  lost.attempt.containment = model::Containment::cgroup_and_subreaper;
  const auto document = finish_document(running_document(), lost, {});
  REQUIRE(document.has_value());
  CHECK(document->find("; the command left 3 processes alive\"") != std::string::npos);
  CHECK(document->find("\"containment\": \"cgroup+subreaper\"") != std::string::npos);
  CHECK(last_lines(lost).find("# leaked    pid 98  redis-server  holds stdout\n") != std::string::npos);
}

TEST_CASE("lost run: a record that the front completed is left alone") {
  const auto once = finish_document(running_document(), made_up_loss(), {});
  REQUIRE(once.has_value());
  CHECK_FALSE(finish_document(*once, made_up_loss(), {}).has_value());
  CHECK_FALSE(finish_document("", made_up_loss(), {}).has_value());
}

TEST_CASE("lost run: no name or argument is mistaken for the status") {
  auto info = made_up_run();
  info.name = "\n  \"status\": \"running\"";
  info.argv.push_back(info.name);
  const auto document = finish_document(running_document(info), made_up_loss(), {});
  REQUIRE(document.has_value());
  CHECK(document->find(R"("name": "\n  \"status\": \"running\"")") != std::string::npos);
  CHECK(document->find("\n  \"finished_at\"") > document->find("\n  \"settings\""));
}

TEST_CASE("lost run: the log's last lines") {
  auto lost = made_up_loss();
  lost.attempt.unkilled = {{98, "a\nb"}};
  CHECK(last_lines(lost) ==
        "# lost      oversee was killed: what it had not read yet of the output is missing\n"
        "# unkilled  pid 98  a?b\n"
        "# status    failed (supervisor_lost)\n"
        "# duration  13.0s  cpu 58.1s user 3.1s system  memory 512MiB\n"
        "# finished  2026-11-23T12:17:12.123Z\n");
}

TEST_CASE("lost run: earlier attempts are in the record, each once") {
  auto info = made_up_run();
  info.attempts = 3;
  const auto first = made_up_exit(2);
  std::string running;
  JsonSummary summary({.while_running = [&](std::string_view text) { running = text; }, .final = {}}, {}, {});
  summary.on(model::RunStarted{&info}, info.started);
  summary.on(model::AttemptFinished{&first}, after(13s));
  CHECK(running.find("attempts") == std::string::npos);
  summary.on(model::Retrying{2, 1s}, after(13s));
  REQUIRE(running.find("\"attempts\"") != std::string::npos);
  const auto reasons = [&](int lost_number) {
    model::LostRun lost = made_up_loss();
    lost.attempt.number = lost_number;
    const auto document = finish_document(running, lost, {.path = "/tmp/x.log"});
    REQUIRE(document.has_value());
    const auto json = history::read_json(*document);
    REQUIRE(json.has_value());
    CHECK(*json->text("reason") == "supervisor_lost");
    std::string text;
    for (const auto& each : *json->member("attempts")->array()) {
      text += std::to_string(*each.integer("number")) + ' ' + *each.text("reason") + ' ';
    }
    return text;
  };
  CHECK(reasons(2) == "1 exit 2 supervisor_lost ");
  CHECK(reasons(1) == "1 exit ");  // killed between the two attempts
}

}  // namespace
}  // namespace oversee::report
