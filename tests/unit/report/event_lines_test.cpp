// Tests event lines: exact text, split text, and dropping while the sink is full.
#include "report/event_lines.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

#include "made_up_run.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::OutputArrived;
using model::Stream;

class LimitedSink final : public model::ByteSink {
 public:
  bool write(std::string_view bytes) override {
    lines.emplace_back(bytes);
    return !full;
  }
  bool idle() const override { return true; }

  std::vector<std::string> lines;
  bool full = false;
};

struct Told {
  explicit Told(std::vector<SettingValue> settings = {}) : events(sink, std::move(settings)) {
    events.on(model::RunStarted{&info}, info.started);
    events.on(model::AttemptStarted{1, 7}, after(1s));
    sink.lines.clear();
  }

  void output(std::string_view bytes, Stream stream = Stream::out) {
    events.on(OutputArrived{stream, bytes}, after(2s));
  }
  void end_attempt() {
    const auto result = made_up_exit(0);
    events.on(model::AttemptFinished{&result}, result.finished);
  }
  // The members of each output line after the common ones, one line each.
  std::string rest() const {
    std::string text;
    for (const std::string& line : sink.lines) {
      const std::size_t attempt = line.find("\"attempt\":1,");
      if (line.find("\"event\":\"std") == std::string::npos) continue;
      text += line.substr(attempt + 12);
    }
    return text;
  }

  model::RunInfo info = made_up_run();
  LimitedSink sink;
  EventLines events;
};

TEST_CASE("event lines: a run, exactly") {
  LimitedSink sink;
  EventLines events(sink, {{"timeout", "10m"}, {"stop", "TERM:10s,KILL"}});
  model::RunInfo info = made_up_run();
  info.log_path = "/tmp/x.log";
  events.on(model::RunStarted{&info}, info.started);
  events.on(model::AttemptStarted{1, 4244}, after(10ms));
  events.on(OutputArrived{Stream::out, "a \"b\"\n"}, after(20ms));
  events.on(OutputArrived{Stream::err, "\xff\n"}, after(30ms));
  events.on(model::Stopping{model::Status::timed_out, SIGTERM}, after(40ms));
  auto result = made_up_result(model::Status::timed_out, model::Reason::timeout);
  result.signal = SIGTERM;
  events.on(model::AttemptFinished{&result}, result.finished);
  tell_end(events, info, {result});

  const std::string head = R"(,"run_id":"20261123-121659-k3f9","attempt":)";
  REQUIRE(sink.lines.size() == 7);
  CHECK(
      sink.lines[0] ==
      R"({"event":"started","time":"2026-11-23T12:16:59.123Z")" + head +
          R"(0,"schema":1,"name":"make","labels":{},"version":"9.8.7","command":["make","-j8","test"],"directory":"/srv/app",)" +
          R"("host":"runner-12","pid":4242,"pid_born_ms":0,"attempts":1,"settings":{"timeout":"10m","stop":"TERM:10s,KILL"},)" +
          R"("log":"/tmp/x.log"})" + "\n");
  CHECK(sink.lines[1] ==
        R"({"event":"attempt_started","time":"2026-11-23T12:16:59.133Z")" + head + "1,\"pid\":4244}\n");
  CHECK(sink.lines[2] ==
        R"({"event":"stdout","time":"2026-11-23T12:16:59.143Z")" + head + R"(1,"text":"a \"b\"\n"})" + "\n");
  CHECK(sink.lines[3] ==
        R"({"event":"stderr","time":"2026-11-23T12:16:59.153Z")" + head + R"(1,"base64":"/wo="})" + "\n");
  CHECK(sink.lines[4] == R"({"event":"stopping","time":"2026-11-23T12:16:59.163Z")" + head +
                             R"(1,"status":"timed_out","signal":"TERM","reach":"tree"})" + "\n");
  CHECK(sink.lines[5].starts_with(
      R"({"event":"attempt_finished","time":"2026-11-23T12:17:12.123Z")" + head +
      R"(1,"result":{"number":1,"status":"timed_out","reason":"timeout","exit_code":null,"signal":"TERM",)"));
  CHECK(sink.lines[6] == R"({"event":"finished","time":"2026-11-23T12:17:13.623Z")" + head +
                             R"(1,"duration_ms":14500,"status":"timed_out","reason":"timeout",)" +
                             R"("summary":"timed out after 12.0s","exit_code":null,"signal":"TERM",)" +
                             R"("exit_status":124,"flaky":false,"dropped_total":{"events":0,"bytes":0}})" + "\n");
}

TEST_CASE("event lines: a command that still runs") {
  Told told;
  told.events.on(model::StillRunning{.slow = true, .elapsed = 61s, .silent = 1500ms}, after(62s));
  told.events.on(model::StillRunning{.slow = false, .elapsed = 70s, .silent = 10s}, after(71s));
  REQUIRE(told.sink.lines.size() == 2);
  CHECK(told.sink.lines[0].starts_with(R"({"event":"slow","time":"2026-11-23T12:18:01.123Z")"));
  CHECK(told.sink.lines[0].ends_with("\"attempt\":1,\"elapsed_ms\":61000,\"silent_ms\":1500}\n"));
  CHECK(told.sink.lines[1].starts_with(R"({"event":"heartbeat",)"));
}

TEST_CASE("event lines: a split sequence is written whole with its rest") {
  const std::string text = "x\u00e9y\u20acz\U0001f600";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    for (std::size_t next = cut; next <= text.size(); ++next) {
      CAPTURE(cut);
      CAPTURE(next);
      Told told;
      told.output(text.substr(0, cut));
      told.output(text.substr(cut, next - cut));
      told.output(text.substr(next));
      CHECK(told.rest().find("base64") == std::string::npos);
      std::string joined;
      for (const std::string& line : told.sink.lines) {
        const std::size_t start = line.find("\"text\":\"") + 8;
        joined += line.substr(start, line.size() - start - 3);
      }
      CHECK(joined == text);
    }
  }
}

TEST_CASE("event lines: byte by byte, each character is one event") {
  Told told;
  for (const char c : std::string("a\u20ac")) told.output({&c, 1});
  CHECK(told.rest() == "\"text\":\"a\"}\n\"text\":\"\u20ac\"}\n");
}

TEST_CASE("event lines: each stream waits for its own rest") {
  Told told;
  told.output("\xc3", Stream::out);
  told.output("\xe2\x82", Stream::err);
  told.output("\xa9", Stream::out);
  told.output("\xac", Stream::err);
  CHECK(told.rest() == "\"text\":\"\u00e9\"}\n\"text\":\"\u20ac\"}\n");
}

TEST_CASE("event lines: an invalid sequence is written when the attempt ends or the next bytes show it") {
  Told told;
  told.output("a\xe2\x82");
  told.output("b");
  told.output("\xc3", Stream::err);
  told.end_attempt();
  CHECK(told.rest() == "\"text\":\"a\"}\n\"base64\":\"4oJi\"}\n\"base64\":\"ww==\"}\n");
  CHECK(told.sink.lines.back().starts_with("{\"event\":\"attempt_finished\""));
}

TEST_CASE("event lines: a large chunk becomes lines below 64 KiB") {
  Told told;
  told.output(std::string(100'000, '\x01'));
  CHECK(told.sink.lines.size() == 13);
  for (const std::string& line : told.sink.lines) CHECK(line.size() < 65536);
}

TEST_CASE("event lines: a chunk is not split within a character") {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    Told told;
    std::string text(shift, 'a');
    while (text.size() < 30'000) text += "\U0001f600";
    told.output(text);
    CHECK(told.rest().find("base64") == std::string::npos);
    CHECK(told.sink.lines.size() == 4);
  }
}

TEST_CASE("event lines: while the sink is full, output is dropped and counted") {
  Told told;
  told.sink.full = true;
  told.output("queued");
  told.output("12345");
  told.output("678", Stream::err);
  CHECK(told.sink.lines.size() == 1);
  CHECK(told.events.dropped().events == 2);
  CHECK(told.events.dropped().bytes == 8);

  told.sink.full = false;
  told.output("the reporter has not been told that there is room");
  told.events.made_room();
  told.output("again");
  told.output("and again");
  CHECK(told.rest() ==
        "\"text\":\"queued\"}\n\"dropped\":{\"events\":3,\"bytes\":57},\"text\":\"again\"}\n\"text\":\"and again\"}\n");
}

TEST_CASE("event lines: other events are written to a full sink too, with the count of dropped output") {
  Told told;
  told.sink.full = true;
  told.output("queued");
  told.output(std::string(10'000, 'x'));
  told.events.on(model::Stopping{model::Status::cancelled, SIGINT}, after(3s));
  told.end_attempt();
  const std::vector attempts{made_up_exit(0)};
  tell_end(told.events, told.info, attempts);
  REQUIRE(told.sink.lines.size() == 4);
  CHECK(told.sink.lines[1].find(R"("attempt":1,"dropped":{"events":2,"bytes":10000},"status":"cancelled")") !=
        std::string::npos);
  CHECK(told.sink.lines[2].find("dropped") == std::string::npos);
  CHECK(told.sink.lines[3].find(R"("dropped_total":{"events":2,"bytes":10000}})") != std::string::npos);
}

TEST_CASE("event lines: once the sink is lost, nothing is written and output is counted") {
  Told told;
  told.events.lost();
  told.output("1234");
  told.events.made_room();
  told.output("5");
  told.end_attempt();
  CHECK(told.sink.lines.empty());
  CHECK(told.events.dropped().events == 2);
  CHECK(told.events.dropped().bytes == 5);
}

}  // namespace
}  // namespace oversee::report
