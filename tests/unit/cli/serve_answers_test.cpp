// Tests the answers of `oversee serve`, with a reader that takes them and with a stalled one.
#include "cli/serve_answers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace oversee::cli {
namespace {

class Sink final : public model::ByteSink {
 public:
  bool write(std::string_view bytes) override {
    lines.emplace_back(bytes);
    return !full;
  }
  bool idle() const override { return true; }
  std::string last() const { return lines.back(); }

  std::vector<std::string> lines;
  bool full = false;
};

constexpr std::string_view kOutput = R"({"event":"stdout","time":"T","run_id":"R","attempt":1,"text":"a\nb"})";
constexpr std::string_view kBase64 = R"({"event":"stderr","time":"T","run_id":"R","attempt":1,"base64":"/w=="})";
constexpr std::string_view kStopping =
    R"({"event":"stopping","time":"T","run_id":"R","attempt":1,"status":"cancelled","signal":"TERM","reach":"tree"})";

struct Fixture {
  Sink sink;
  ServeAnswers answers{sink};
  AnsweredRun run{.id = "r\"1"};
};

TEST_CASE_FIXTURE(Fixture, "serve answers: an event is its line, with the request's id first") {
  answers.event(run, kOutput);
  CHECK(sink.last() == R"({"id":"r\"1","event":"stdout","time":"T","run_id":"R","attempt":1,"text":"a\nb"})"
                       "\n");
}

TEST_CASE_FIXTURE(Fixture, "serve answers: a run without output events has the others") {
  run.output = false;
  answers.event(run, kOutput);
  CHECK(sink.lines.empty());
  answers.event(run, kStopping);
  CHECK(sink.lines.size() == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "serve answers: output for a full reader is dropped, and counted in the next event and at the end") {
  sink.full = true;
  answers.event(run, kOutput);
  CHECK(answers.full());
  answers.event(run, kOutput);
  answers.event(run, kBase64);
  CHECK(sink.lines.size() == 1);
  CHECK(run.dropped.events == 2);
  CHECK(run.dropped.bytes == 4);
  answers.event(run, kStopping);
  CHECK(sink.last() ==
        R"({"id":"r\"1","event":"stopping","time":"T","run_id":"R","attempt":1,"dropped":{"events":2,"bytes":4},)"
        R"("status":"cancelled","signal":"TERM","reach":"tree"})"
        "\n");
  sink.full = false;
  answers.made_room();
  answers.event(run, kOutput);
  CHECK(sink.last().find("dropped") == std::string::npos);
  answers.event(
      run,
      R"({"event":"finished","attempt":1,"dropped":{"events":1,"bytes":5},"dropped_total":{"events":3,"bytes":7}})");
  CHECK(sink.last() == R"({"id":"r\"1","event":"finished","attempt":1,"dropped":{"events":1,"bytes":5},)"
                       R"("dropped_total":{"events":5,"bytes":11}})"
                       "\n");
}

TEST_CASE_FIXTURE(Fixture, "serve answers: output dropped by the run's oversee is added to the count") {
  sink.full = true;
  answers.event(run, kStopping);
  answers.event(run, kOutput);
  answers.event(run, R"({"event":"heartbeat","attempt":1,"dropped":{"events":1,"bytes":5},"elapsed_ms":1})");
  CHECK(sink.last() ==
        R"({"id":"r\"1","event":"heartbeat","attempt":1,"dropped":{"events":2,"bytes":8},"elapsed_ms":1})"
        "\n");
}

TEST_CASE_FIXTURE(Fixture, "serve answers: a count is not lost if its event is dropped") {
  sink.full = true;
  answers.event(run, kStopping);
  answers.event(run, R"({"event":"stdout","attempt":1,"dropped":{"events":3,"bytes":50},"text":"\"dropped\":{}"})");
  answers.event(run, R"({"event":"finished","attempt":1,"dropped_total":{"events":3,"bytes":50}})");
  CHECK(sink.last() == R"({"id":"r\"1","event":"finished","attempt":1,"dropped":{"events":4,"bytes":62},)"
                       R"("dropped_total":{"events":4,"bytes":62}})"
                       "\n");
}

TEST_CASE_FIXTURE(Fixture, "serve answers: a result has the verdict of the summary") {
  answers.end(run,
              {.document = R"({"schema": 1, "run_id": "R", "status": "failed", "reason": "exit", "summary": "exit 3",
      "exit_code": 3, "signal": null, "exit_status": 3, "flaky": false, "duration_ms": 9, "log": {"path": "/l"},
      "events": {"dropped_events": 2, "dropped_bytes": 9}})",
               .said = "oversee: warning: one\nother\noversee: warning: two\n"});
  CHECK(sink.last() ==
        R"({"id":"r\"1","reply":"result","run_id":"R","duration_ms":9,"status":"failed","reason":"exit",)"
        R"("summary":"exit 3","exit_code":3,"signal":null,"exit_status":3,"flaky":false,"log":"/l",)"
        R"("dropped_total":{"events":2,"bytes":9},"warnings":["one","two"]})"
        "\n");
}

TEST_CASE_FIXTURE(Fixture, "serve answers: without a summary the run was refused, cancelled early, or lost") {
  run.line = 7;
  answers.end(run, {.said = "oversee: warning: w\noversee: --timeout: cannot read 'x'\n  caret\n", .exit_status = 125});
  CHECK(sink.last() == R"({"id":"r\"1","reply":"error","line":7,"error":"--timeout: cannot read 'x'"})"
                       "\n");
  answers.end(run, {.exit_status = 137});
  CHECK(sink.last().find("its oversee ended before the run began, with 137") != std::string::npos);
  run.cancelled = true;
  answers.end(run, {.exit_status = 143});
  CHECK(sink.last().find(R"("status":"cancelled","reason":"signal","summary":"cancelled before it began")") !=
        std::string::npos);
  run.run_id = "R";
  answers.end(run, {.exit_status = 137});
  CHECK(sink.last().find(R"("run_id":"R","status":"failed","reason":"supervisor_lost")") != std::string::npos);
}

}  // namespace
}  // namespace oversee::cli
