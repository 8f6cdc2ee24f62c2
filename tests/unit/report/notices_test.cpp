// Tests the reports on a running command: notices between lines, the status line, stamps on shown lines.
#include <doctest/doctest.h>

#include <string>

#include "made_up_run.hpp"
#include "report/notice_lines.hpp"
#include "report/relay.hpp"
#include "report/status_line.hpp"
#include "text_sink.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::OutputArrived;
using model::StillRunning;
using model::Stream;

TEST_CASE("notices: a heartbeat and a warning name the command and its times") {
  TextSink sink;
  NoticeLines lines({.sink = &sink});
  const auto info = made_up_run();
  lines.on(model::RunStarted{&info}, info.started);
  lines.on(StillRunning{false, 61s, 1500ms}, after(61s));
  lines.on(StillRunning{true, 120s, 2s}, after(120s));
  CHECK(sink.text ==
        "oversee: make still runs after 1m1s, silent for 1s\n"
        "oversee: warning: slow: make still runs after 2m, silent for 2s\n");
}

TEST_CASE("notices: start on a new line, and wait for a slow reader") {
  TextSink sink;
  NoticeLines lines({.sink = &sink, .output_known = false});
  const auto info = made_up_run();
  lines.on(model::RunStarted{&info}, info.started);
  lines.on(OutputArrived{Stream::out, "on stdout, which is elsewhere"}, after(1s));
  lines.on(StillRunning{false, 2s, 1s}, after(2s));
  CHECK(sink.text == "oversee: make still runs after 2s\n");
  lines.on(OutputArrived{Stream::err, "unfinished"}, after(3s));
  sink.text.clear();
  lines.on(StillRunning{false, 4s, 1s}, after(4s));
  CHECK(sink.text == "\noversee: make still runs after 4s\n");
  sink.text.clear();
  sink.busy = true;
  lines.on(StillRunning{false, 5s, 1s}, after(5s));
  CHECK(sink.text.empty());
}

TEST_CASE("notices: an attempt before a retry is reported, unless retries are not") {
  TextSink sink;
  NoticeLines lines({.sink = &sink});
  NoticeLines silent({.sink = &sink, .retries_told = false});
  auto info = made_up_run();
  info.attempts = 3;
  const auto result = made_up_exit(2);
  for (NoticeLines* each : {&lines, &silent}) {
    each->on(model::RunStarted{&info}, info.started);
    each->on(model::AttemptFinished{&result}, after(13s));
  }
  silent.on(model::Retrying{2, 1100ms}, after(13s));
  CHECK(sink.text.empty());
  lines.on(model::Retrying{2, 1100ms}, after(13s));
  CHECK(sink.text == "oversee: attempt 1 of 3: exit 2 after 12.0s; trying again in 1.1s\n");
  sink.text.clear();
  lines.on(model::Retrying{2, 0s}, after(13s));
  CHECK(sink.text == "oversee: attempt 1 of 3: exit 2 after 12.0s; trying again\n");
}

TEST_CASE("notices: a failing hook before a retry is reported, a successful one is not") {
  TextSink sink;
  NoticeLines lines({.sink = &sink});
  model::UserLineResult result{.exit_code = 0, .took = 1s};
  lines.on(model::UserLineEnded{model::UserLineKind::before_retry, &result}, after(1s));
  CHECK(sink.text.empty());
  result.exit_code = 7;
  lines.on(model::UserLineEnded{model::UserLineKind::on_timeout, &result}, after(1s));
  CHECK(sink.text.empty());
  lines.on(model::UserLineEnded{model::UserLineKind::before_retry, &result}, after(1s));
  CHECK(sink.text == "oversee: warning: --before-retry: exit 7 after 1.0s; trying again all the same\n");
}

TEST_CASE("status line: names the awaited attempt between two attempts") {
  StatusLine line;
  auto info = made_up_run();
  info.attempts = 3;
  const auto result = made_up_exit(2);
  line.on(model::RunStarted{&info}, info.started);
  CHECK(line.text(after(0s).instant, 80) == "oversee: make  0s of 10m  attempt 1 of 3  0 lines");
  line.on(model::AttemptStarted{1, 99}, after(1s));
  line.on(model::AttemptFinished{&result}, after(13s));
  CHECK(line.text(after(13s).instant, 80).empty());
  line.on(model::Retrying{2, 5s}, after(13s));
  CHECK(line.text(after(14s).instant, 80) == "oversee: make  waits 4s for attempt 2 of 3");
  CHECK(line.text(after(99s).instant, 80) == "oversee: make  waits 0s for attempt 2 of 3");
  line.on(model::AttemptStarted{2, 100}, after(18s));
  CHECK(line.text(after(19s).instant, 80) == "oversee: make  1s of 10m  attempt 2 of 3  0 lines");
}

TEST_CASE("status line: a wait for a slot shows its own time, and the command's starts afterwards") {
  StatusLine line;
  auto info = made_up_run();
  info.slot = model::SlotRequest{.group = "db", .most = 2};
  line.on(model::RunStarted{&info}, info.started);
  CHECK(line.text(after(75s).instant, 80) == "oversee: make  waits for a slot of group db  1m15s");
  line.on(model::SlotTaken{&*info.slot, "", 80s}, after(80s));
  CHECK(line.text(after(81s).instant, 80) == "oversee: make  1s of 10m  0 lines");
}

TEST_CASE("notices: waiting for a slot is reported, unless retries are not") {
  TextSink sink;
  NoticeLines lines({.sink = &sink});
  NoticeLines silent({.sink = &sink, .retries_told = false});
  const auto info = made_up_run();
  const model::SlotStanding standing{.group = "a b", .most = 4, .running = 4, .before = 3, .holders = {}};
  for (NoticeLines* each : {&lines, &silent}) {
    each->on(model::RunStarted{&info}, info.started);
    each->on(model::SlotAwaited{&standing, 1s}, after(1s));
  }
  CHECK(sink.text == "oversee: make waits for a slot of group 'a b': 4 of 4 are taken, 3 runs wait before it\n");
}

TEST_CASE("notices: a name cannot move the cursor") {
  TextSink sink;
  NoticeLines lines({.sink = &sink});
  auto info = made_up_run();
  info.name = "a\x1b[2Jb\nc";
  lines.on(model::RunStarted{&info}, info.started);
  lines.on(StillRunning{false, 1s, 1s}, after(1s));
  CHECK(sink.text == "oversee: a?[2Jb?c still runs after 1s, silent for 1s\n");
}

TEST_CASE("notices: an answer waits for a slow reader, and only the latest is kept") {
  TextSink sink;
  NoticeLines lines({.sink = &sink});
  lines.answer("a\x1b[2J");
  CHECK(sink.text == "a?[2J\n");
  lines.on(OutputArrived{Stream::err, "unfinished"}, after(1s));
  sink.busy = true;
  lines.answer("b");
  lines.answer("c");
  lines.sink_ready();
  CHECK(sink.text == "a?[2J\n");
  sink.busy = false;
  lines.sink_ready();
  lines.sink_ready();
  CHECK(sink.text == "a?[2J\n\nc\n");
}

struct Status {
  Status() {
    info.limits.wall = 10min;
    line.on(model::RunStarted{&info}, info.started);
    line.on(model::AttemptStarted{1, 7}, after({}));
  }
  void write(std::string_view bytes) { line.on(OutputArrived{Stream::out, bytes}, after(1s)); }
  std::string text(std::size_t columns = 200) { return line.text(after(12500ms).instant, columns); }

  model::RunInfo info = made_up_run();
  StatusLine line;
};

TEST_CASE("status line: elapsed time and limit, lines, and the last line with text") {
  Status status;
  CHECK(status.text() == "oversee: make  12s of 10m  0 lines");
  status.write("compiling a.c\ncompi");
  CHECK(status.text() == "oversee: make  12s of 10m  1 line  | compi");
  status.write("ling b.c\n");
  CHECK(status.text() == "oversee: make  12s of 10m  2 lines  | compiling b.c");
  status.write("\n\n");
  CHECK(status.text() == "oversee: make  12s of 10m  4 lines  | compiling b.c");
  status.write("x\ny\nz\n");
  CHECK(status.text() == "oversee: make  12s of 10m  7 lines  | z");
}

TEST_CASE("status line: clipped to the columns, without splitting characters, without controls") {
  Status status;
  status.write("a\x1b[1mb\xC3\xA4\xC3\xB6\n");
  CHECK(status.text() == "oversee: make  12s of 10m  1 line  | ab\xC3\xA4\xC3\xB6");
  CHECK(status.text(40) == "oversee: make  12s of 10m  1 line  | ab\xC3\xA4");
  CHECK(status.text(8) == "oversee:");
}

TEST_CASE("status line: the attempt's number if there are several, empty between them") {
  Status status;
  status.info.attempts = 3;
  status.line.on(model::AttemptStarted{2, 8}, after({}));
  CHECK(status.text() == "oversee: make  12s of 10m  attempt 2 of 3  0 lines");
  const auto result = made_up_exit(1);
  status.line.on(model::AttemptFinished{&result}, after(13s));
  CHECK(status.text().empty());
}

TEST_CASE("status line: omits the output if it is not read") {
  StatusLine line(false);
  const auto info = made_up_run();
  line.on(model::RunStarted{&info}, info.started);
  line.on(model::AttemptStarted{1, 7}, after({}));
  CHECK(line.text(after(2s).instant, 200) == "oversee: make  2s of 10m");
}

TEST_CASE("relay: each line is stamped with the time of its first byte, per stream") {
  TextSink out, err;
  Relay relay(out, err, [](Stream) {});
  relay.stamp_lines();
  const auto info = made_up_run();
  relay.on(model::RunStarted{&info}, info.started);
  relay.on(OutputArrived{Stream::out, "one\ntw"}, after(12ms));
  relay.on(OutputArrived{Stream::err, "err\n"}, after(1500ms));
  relay.on(OutputArrived{Stream::out, "o\n\nlast"}, after(2s));
  CHECK(out.text == "    0.012 one\n    0.012 two\n    2.000 \n    2.000 last");
  CHECK(err.text == "    1.500 err\n");
}

}  // namespace
}  // namespace oversee::report
