// Tests the snapshot before a stop in the log, the summaries and the events.
#include <doctest/doctest.h>

#include <csignal>
#include <string>

#include "made_up_run.hpp"
#include "report/event_lines.hpp"
#include "report/json_summary.hpp"
#include "report/summary_line.hpp"
#include "report/tagged_log.hpp"
#include "text_sink.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;

model::Evidence made_up_evidence() {
  model::ProcessEvidence process;
  process.pid = 4312;
  process.parent = 4242;
  process.name = "python3";
  process.command = "python3 x.py";
  process.age = 121s;
  process.state = model::ProcessState::sleeping;
  process.letter = 'S';
  process.call = "futex";
  process.channel = "futex_wait";
  process.cpu = 1s;
  process.cpu_span = 200ms;
  process.rss_bytes = 1 << 20;
  process.files_known = true;
  process.files = 3;
  process.first_files = {{0, model::FileKind::file, "/dev/null"}};
  model::Evidence evidence;
  evidence.processes = {process};
  evidence.more = 968;
  evidence.leader = 4312;
  evidence.silent = 120s;
  return evidence;
}

constexpr const char* kProcess =
    "pid 4312  parent 4242  age 2m 1s  S sleeping in futex (futex_wait)  cpu 0 % of 200ms, 1.0s in all  memory 1.0MiB"
    "  files 3: 0 /dev/null, ...  python3 x.py";

struct Log {
  Log() : log(sink, {}) {
    log.on(model::RunStarted{&info}, info.started);
    sink.text.clear();
  }
  model::RunInfo info = made_up_run();
  TextSink sink;
  TaggedLog log;
};

TEST_CASE("tagged log: evidence is the sentence, one line per process, and the number of others") {
  Log log;
  const auto evidence = made_up_evidence();
  log.log.on(model::EvidenceTaken{&evidence}, after(2s));
  CHECK(log.sink.text ==
        "# evidence  silent for 2m 0s; python3 4312 sleeps in futex, 0 % CPU\n"
        "# evidence  " +
            std::string(kProcess) + "\n# evidence  and 968 more processes\n");
}

TEST_CASE("tagged log: the hook's output cannot be mistaken for anything else, however it is split") {
  Log log;
  const model::UserLineResult result{.exit_code = 0, .bytes = 1, .took = 1s};
  log.log.on(model::UserLineStarted{model::UserLineKind::on_timeout, "gdb -p $OVERSEE_PID\n# status    completed"},
             after(2s));
  log.log.on(model::UserLineOutput{model::UserLineKind::on_timeout, "#0 poll\n# status    comp"}, after(2100ms));
  log.log.on(model::UserLineOutput{model::UserLineKind::on_timeout, "leted\n    0.001 out| x\n\tat\x1b[2J\n\nend"},
             after(2200ms));
  log.log.on(model::UserLineEnded{model::UserLineKind::on_timeout, &result}, after(3s));
  CHECK(log.sink.text ==
        "# on-timeout gdb -p $OVERSEE_PID?# status    completed\n"
        "# on-timeout 2.100| #0 poll\n"
        "# on-timeout 2.200| # status    completed\n"
        "# on-timeout 2.200|     0.001 out| x\n"
        "# on-timeout 2.200|     at?[2J\n"
        "# on-timeout 2.200| \n"
        "# on-timeout 3.000| end\n"
        "# on-timeout exit 0 after 1.0s\n");
}

TEST_CASE("tagged log: an endless line of the hook is written in pieces") {
  Log log;
  log.log.on(model::UserLineOutput{model::UserLineKind::on_timeout, std::string(10'000, 'x')}, after(2s));
  std::size_t lines = 0;
  for (const char c : log.sink.text) lines += c == '\n' ? 1 : 0;
  CHECK(lines == 2);
}

std::string printed(model::Reason reason, model::Evidence evidence) {
  std::string text;
  SummaryLine line(model::ShowSummary::always, false, [&](std::string_view each) { text += each; });
  auto result = made_up_result(model::Status::timed_out, reason);
  result.silent = 120s;
  result.evidence = std::move(evidence);
  tell_end(line, made_up_run(), {result});
  return text;
}

TEST_CASE("summary line: the sentence after the verdict, the silence once") {
  CHECK(printed(model::Reason::timeout, made_up_evidence()) ==
        "oversee: timed out after 12.0s; silent for 2m 0s; python3 4312 sleeps in futex, 0 % CPU\n");
  CHECK(printed(model::Reason::idle_timeout, made_up_evidence()) ==
        "oversee: timed out after 12.0s, silent for 2m 0s; python3 4312 sleeps in futex, 0 % CPU\n");
  CHECK(printed(model::Reason::timeout, {}) == "oversee: timed out after 12.0s\n");
}

std::string json_of(const model::AttemptResult& result) {
  std::string text;
  JsonSummary summary({.while_running = {}, .final = [&](std::string_view document) { text = document; }}, {},
                      {.log = [] { return LogState{}; }});
  tell_end(summary, made_up_run(), {result});
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

TEST_CASE("JSON: evidence and the hook's result are in the attempt, if any") {
  auto result = made_up_result(model::Status::timed_out, model::Reason::timeout);
  CHECK(json_of(result).find("evidence") == std::string::npos);
  CHECK(json_of(result).find("on_timeout") == std::string::npos);
  result.evidence = made_up_evidence();
  result.on_timeout = model::UserLineResult{.signal = SIGSEGV, .bytes = 7, .took = 1s};
  const std::string json = json_of(result);
  CHECK(json.find("\"evidence\":{\"sentence\":\"silentfor2m0s;python34312sleepsinfutex,0%CPU\",\"silent_ms\":120000,"
                  "\"processes\":[{\"pid\":4312,\"parent\":4242,\"name\":\"python3\",\"command\":\"python3x.py\","
                  "\"age_ms\":121000,\"state\":\"sleeping\",\"state_letter\":\"S\",\"wait_channel\":\"futex_wait\","
                  "\"system_call\":\"futex\",\"cpu_percent\":0,\"cpu_span_ms\":200,\"cpu_ms\":1000,"
                  "\"rss_bytes\":1048576,\"threads\":1,\"files\":{\"count\":3,\"sockets\":0,"
                  "\"first\":[{\"fd\":0,\"target\":\"/dev/null\"}]}}],\"more_processes\":968}") != std::string::npos);
  CHECK(json.find("\"on_timeout\":{\"exit_code\":null,\"signal\":\"SEGV\",\"cut_short\":false,\"duration_ms\":1000,"
                  "\"bytes\":7,\"omitted\":0}") != std::string::npos);
  result.evidence->processes[0].files_known = false;
  result.evidence->processes[0].file = model::OpenFile{3, model::FileKind::pipe, "pipe:[7]"};
  CHECK(json_of(result).find("\"files\":null") != std::string::npos);
  CHECK(json_of(result).find("\"waits_on\":{\"fd\":3,\"target\":\"pipe:[7]\"}") != std::string::npos);
}

class Lines final : public model::ByteSink {
 public:
  bool write(std::string_view bytes) override {
    text += bytes;
    return !full;
  }
  bool idle() const override { return true; }

  std::string text;
  bool full = false;
};

TEST_CASE("event lines: evidence and the --on-timeout hook") {
  Lines sink;
  EventLines events(sink, {});
  const auto evidence = made_up_evidence();
  const model::UserLineResult result{.exit_code = 3, .bytes = 20'000, .took = 1s};
  events.on(model::EvidenceTaken{&evidence}, after(2s));
  CHECK(sink.text.find("\"event\":\"evidence\"") != std::string::npos);
  CHECK(sink.text.find("\"sentence\":\"silent for 2m 0s; python3 4312 sleeps in futex, 0 % CPU\"") !=
        std::string::npos);
  sink.text.clear();
  events.on(model::UserLineStarted{model::UserLineKind::on_timeout, "gdb"}, after(2s));
  CHECK(sink.text.find("\"event\":\"on_timeout_started\"") != std::string::npos);
  CHECK(sink.text.find("\"line\":\"gdb\"") != std::string::npos);
  sink.text.clear();
  events.on(model::UserLineOutput{model::UserLineKind::on_timeout, std::string(20'000, 'x')}, after(2s));
  std::size_t lines = 0;
  for (const char c : sink.text) lines += c == '\n' ? 1 : 0;
  CHECK(lines == 3);  // each below the usual limit of readers
  CHECK(sink.text.find("\"event\":\"on_timeout_output\"") != std::string::npos);
  sink.text.clear();
  events.on(model::UserLineEnded{model::UserLineKind::on_timeout, &result}, after(3s));
  CHECK(sink.text.find("\"event\":\"on_timeout_ended\"") != std::string::npos);
  CHECK(sink.text.find("\"result\":{\"exit_code\":3,") != std::string::npos);
}

TEST_CASE("event lines: the --on-timeout hook's output is dropped and counted while the sink is full") {
  Lines sink;
  sink.full = true;
  EventLines events(sink, {});
  const model::RunInfo info = made_up_run();
  events.on(model::RunStarted{&info}, info.started);
  events.on(model::UserLineOutput{model::UserLineKind::on_timeout, "bytes"}, after(2s));
  CHECK(events.dropped().bytes == 5);
  CHECK(sink.text.find("on_timeout_output") == std::string::npos);
}

}  // namespace
}  // namespace oversee::report
