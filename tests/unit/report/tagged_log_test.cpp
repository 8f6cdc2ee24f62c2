// Tests the tagged log: the text of each line, and that any bytes of both streams can be restored from it.
#include "report/tagged_log.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "../rounds.hpp"
#include "decode_tagged_log.hpp"
#include "made_up_run.hpp"
#include "text_sink.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::Duration;
using model::OutputArrived;
using model::Stream;
using Random = std::mt19937_64;

// A log and its text so far.
struct Log {
  explicit Log(std::optional<std::uint64_t> most_kept = {}) : log(sink, {most_kept}) {
    log.on(model::RunStarted{&info}, info.started);
    head = sink.text.size();
  }

  void out(Duration time, std::string_view bytes) { log.on(OutputArrived{Stream::out, bytes}, after(time)); }
  void err(Duration time, std::string_view bytes) { log.on(OutputArrived{Stream::err, bytes}, after(time)); }
  void end_attempt(const model::AttemptResult& result) { log.on(model::AttemptFinished{&result}, result.finished); }
  // Without the lines of the run's start.
  std::string text() const { return sink.text.substr(head); }

  model::RunInfo info = made_up_run();
  TextSink sink;
  TaggedLog log;
  std::size_t head = 0;
};

TEST_CASE("tagged log: a whole run, exactly") {
  TextSink sink;
  TaggedLog log(sink, {});
  const model::RunInfo info = made_up_run();
  log.on(model::RunStarted{&info}, info.started);
  log.on(model::AttemptStarted{1, 77}, after(1s));
  log.on(OutputArrived{Stream::out, "compiling foo.c\n"}, after(1012ms));
  log.on(OutputArrived{Stream::err, "foo.c:12: warning\n"}, after(1015ms));
  log.on(OutputArrived{Stream::out, "no newline"}, after(12001ms));
  log.on(model::Stopping{model::Status::timed_out, SIGTERM}, after(12500ms));
  auto result = made_up_result(model::Status::timed_out, model::Reason::timeout);
  result.signal = SIGTERM;
  result.leaked = {{99, "sleep 1000"}, {{97, "cat"}, {.known = true, .out = true}}};
  result.leaked_more = 5;
  result.unkilled_more = 2;
  result.unkilled = {{98, "sudo cat"}};
  result.usage = {.user = 58100ms,
                  .system = 3100ms,
                  .max_rss_bytes = 512 << 20,
                  .processes = 12,
                  .major_faults = 1,
                  .voluntary_switches = 1000,
                  .involuntary_switches = 204,
                  .read_bytes = 12 << 20,
                  .written_bytes = 512};
  result.out.bytes = 26;
  result.err.bytes = 3072;
  log.on(model::AttemptFinished{&result}, result.finished);
  tell_end(log, info, {result});
  CHECK(sink.text ==
        "# oversee 9.8.7  run 20261123-121659-k3f9\n"
        "# command   make -j8 test\n"
        "# directory /srv/app\n"
        "# started   2026-11-23T12:16:59.123Z  host runner-12  pid 4242\n"
        "# limits    timeout 10m  stop TERM:10s,KILL\n"
        "# attempt   1 of 1  pid 77\n"
        "    1.012 out| compiling foo.c\n"
        "    1.015 err| foo.c:12: warning\n"
        "   12.001 out: no newline\n"
        "# stopping  timed_out: TERM to every process\n"
        "# leaked    pid 99  sleep 1000\n"
        "# leaked    pid 97  cat  holds stdout\n"
        "# leaked    and 5 more\n"
        "# unkilled  pid 98  sudo cat\n"
        "# unkilled  and 2 more\n"
        "# attempt   1 timed_out: timed out after 12.0s\n"
        "# status    timed_out (timeout)  exit 124  attempts 1 of 1\n"
        "# duration  14.5s  cpu 58.1s user 3.1s system  memory 512MiB (largest process)  output 26B out 3.0KiB err\n"
        "# usage     at least 12 processes  1 major fault  1204 context switches  storage 12MiB read 512B written\n"
        "# finished  2026-11-23T12:17:13.623Z\n");
}

TEST_CASE("tagged log: the reach of a stop, and processes left alive") {
  TextSink sink;
  TaggedLog log(sink, {});
  model::RunInfo info = made_up_run();
  info.limits.reach = model::StopReach::leader;
  info.limits.on_leak = model::OnLeak::report;
  log.on(model::RunStarted{&info}, info.started);
  log.on(model::Stopping{model::Status::timed_out, SIGTERM, model::StopReach::leader}, after(1s));
  log.on(model::Stopping{model::Status::timed_out, SIGKILL, model::StopReach::group}, after(2s));
  auto result = made_up_result(model::Status::timed_out, model::Reason::timeout);
  result.leaked = {{{99, "sleep 1000"}, {.known = true}}};
  result.leaked_live = true;
  log.on(model::AttemptFinished{&result}, result.finished);
  for (const std::string_view line :
       {"  stop TERM:10s,KILL  kill leader  leaks report\n", "# stopping  timed_out: TERM to the command alone\n",
        "# stopping  timed_out: KILL to the process group\n",
        "# leaked    pid 99  sleep 1000  holds neither stream  left alive\n"}) {
    CHECK(sink.text.find(line) != std::string::npos);
  }
}

TEST_CASE("tagged log: the limits of a run without one") {
  TextSink sink;
  TaggedLog log(sink, {});
  model::RunInfo info = made_up_run();
  info.limits.wall.reset();
  log.on(model::RunStarted{&info}, info.started);
  CHECK(sink.text.find("# limits    no timeout  stop TERM:10s,KILL\n") != std::string::npos);
}

TEST_CASE("tagged log: a line is written when it ends, a prompt at once") {
  Log log;
  log.out(12ms, "one\ntw");
  CHECK(log.text() == "    0.012 out| one\n    0.012 out: tw\n");
  log.out(20ms, "o\n");
  CHECK(log.text() == "    0.012 out| one\n    0.012 out: tw\n    0.020 out| o\n");
}

TEST_CASE("tagged log: empty lines, blank lines and carriage returns are ordinary lines") {
  Log log;
  log.out(0ms, "\n\n \r\n\r");
  CHECK(log.text() == "    0.000 out| \n    0.000 out| \n    0.000 out|  \r\n    0.000 out: \r\n");
}

TEST_CASE("tagged log: the start of a line waits for its rest in a stream of blocks, up to a bound") {
  Log log;
  const std::string page = std::string(5000, 'x') + "\nbegun";
  log.out(1ms, page);
  CHECK(log.text() == "    0.001 out| " + std::string(5000, 'x') + "\n");
  log.out(2ms, " and ended\n");
  CHECK(log.text().ends_with("\n    0.002 out| begun and ended\n"));
  log.out(3ms, page);
  log.end_attempt(made_up_exit(0));
  CHECK(decode_tagged_log(log.sink.text).of(Stream::out) == page + " and ended\n" + page);
}

TEST_CASE("tagged log: a buffered line of one stream does not delay the other") {
  Log log;
  log.out(1ms, std::string(5000, '\n') + "begun");
  log.err(2ms, "now\n");
  CHECK(log.text().ends_with("\n    0.002 err| now\n"));
}

TEST_CASE("tagged log: stamps of a run of any length") {
  struct Case {
    Duration time;
    std::string_view stamp;
  };
  const std::array cases{
      Case{0ms, "    0.000"},
      Case{999'999us, "    0.999"},
      Case{9'999'999ms, " 9999.999"},
      Case{99'999'999ms, "99999.999"},
      Case{100'000'000ms, "100000.000"},
      Case{31'536'000'001ms, "31536000.001"},
      Case{292 * 365 * 24h, "9208512000.000"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.stamp);
    TextSink sink;
    TaggedLog log(sink, {});
    model::RunInfo info = made_up_run();
    info.started = {};
    log.on(model::RunStarted{&info}, info.started);
    const std::size_t head = sink.text.size();
    log.on(OutputArrived{Stream::err, "x\ny"}, {model::Instant(c.time), {}});
    const std::string stamp(c.stamp);
    CHECK(sink.text.substr(head) == stamp + " err| x\n" + stamp + " err: y\n");
    CHECK(decode_tagged_log(sink.text).of(Stream::err) == "x\ny");
  }
}

TEST_CASE("tagged log: no text in an event can start a line") {
  const std::string evil = "x\n# status    completed  exit 0\r\x1b[2J\x7f";
  TextSink sink;
  TaggedLog log(sink, {});
  model::RunInfo info = made_up_run();
  info.command = info.directory = info.host = evil;
  log.on(model::RunStarted{&info}, info.started);
  log.on(model::AttemptStarted{1, 77}, after(1s));
  auto result = made_up_result(model::Status::failed, model::Reason::not_found);
  result.spawn_failure = model::SpawnFailure{"exec", 2, evil};
  result.leaked = {{1, evil}};
  result.unkilled = {{1, evil}};
  log.on(model::AttemptFinished{&result}, result.finished);
  tell_end(log, info, {result});
  const DecodedLog decoded = decode_tagged_log(sink.text);
  CHECK(decoded.notes.size() == 13);
  for (const std::string& note : decoded.notes) {
    CHECK(std::ranges::none_of(note, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
  }
  CHECK(std::ranges::count_if(decoded.notes, [](const auto& note) { return note.starts_with("# status"); }) == 1);
}

TEST_CASE("tagged log: no line of the command can be mistaken for oversee's") {
  Log log;
  const std::string forged =
      "# status    completed  exit 0\n#\n\n# omitted   1B, 0 lines of stdout\n\r# x\n    0.001 err| forged\n# finished";
  for (const char c : forged) log.out(1ms, {&c, 1});
  log.out(2ms, forged + '\n' + forged);
  log.out(3ms, std::string(5000, 'x') + forged);
  log.end_attempt(made_up_exit(0));
  const DecodedLog decoded = decode_tagged_log(log.text());
  CHECK(decoded.notes == std::vector<std::string>{"# attempt   1 completed: exit 0 after 12.0s"});
  CHECK(decoded.of(Stream::err).empty());
  CHECK(decoded.of(Stream::out) == forged + forged + '\n' + forged + std::string(5000, 'x') + forged);
}

// Realistic output: text, binary, very long lines, empty lines, in turn.
std::string any_output(Random& random, std::size_t parts) {
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  std::string text;
  for (; parts > 0; --parts) {
    switch (below(8)) {
      case 0: text += std::string(below(300'000), 'l'); break;
      case 1: text += std::string(16 * 1024 - 16 + below(32), 'm') + '\n'; break;
      case 2: text += std::string(128 * 1024 - 64 + below(128), 'n') + '\n'; break;
      case 3: text += std::string(below(3000), '\n'); break;
      case 4:
        for (std::size_t i = below(5000); i > 0; --i) text += static_cast<char>(below(256));
        break;
      case 5:
        for (std::size_t i = below(5000); i > 0; --i) text += "\n\r#|: 0.\0\xff"[below(10)];
        break;
      case 6: text += "# status    completed\r\n    0.001 out| forged\n"; break;
      default:
        for (std::size_t i = below(200); i > 0; --i) text += std::string(below(120), 't') + '\n';
        break;
    }
  }
  return text;
}

// Sizes at internal limits, and random ones.
std::size_t any_chunk(Random& random) {
  constexpr std::array<std::size_t, 8> kSizes{1, 4095, 4096, 16 * 1024, 64 * 1024, 128 * 1024, 256 * 1024, 80};
  const std::size_t choice = std::uniform_int_distribution<std::size_t>(0, 15)(random);
  if (choice < kSizes.size()) return kSizes.at(choice);
  return std::uniform_int_distribution<std::size_t>(1, choice % 2 == 0 ? 100 : 100'000)(random);
}

// Feeds both streams to the log in random chunks and order; returns the number of notes between them.
std::size_t tell_all(Log& log, const std::array<std::string, model::kStreams>& streams, Random& random) {
  std::array<std::string_view, model::kStreams> rest{streams[0], streams[1]};
  std::size_t notes = 0;
  Duration time{};
  while (!rest[0].empty() || !rest[1].empty()) {
    time += Duration(random() % 3'000'000'000);
    const auto which = static_cast<std::size_t>(random() % 2);
    const std::string_view chunk = rest.at(which).substr(0, any_chunk(random));
    if (chunk.empty()) continue;
    rest.at(which).remove_prefix(chunk.size());
    log.log.on(OutputArrived{which == 0 ? Stream::out : Stream::err, chunk}, after(time));
    if (random() % 16 == 0) {
      log.log.on(model::Stopping{model::Status::cancelled, SIGTERM}, after(time));
      ++notes;
    }
  }
  return notes;
}

std::uint64_t newlines(std::string_view text) { return static_cast<std::uint64_t>(std::ranges::count(text, '\n')); }

TEST_CASE("tagged log: any bytes in any chunks are restored, and their lines counted") {
  for (std::uint64_t seed = 0; seed < rounds(300); ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const std::array streams{any_output(random, 1 + seed % 9), any_output(random, seed % 5)};
    Log log;
    const std::size_t stops = tell_all(log, streams, random);
    for (const Stream stream : {Stream::out, Stream::err}) {
      const model::StreamTally tally = log.log.tally(stream);
      REQUIRE(tally.lines == newlines(streams.at(model::index(stream))));
      REQUIRE(tally.omitted_bytes == 0);
      REQUIRE(tally.omitted_lines == 0);
    }
    log.end_attempt(made_up_exit(0));
    const DecodedLog decoded = decode_tagged_log(log.text());
    REQUIRE((decoded.streams == streams));
    REQUIRE(decoded.notes.size() == stops + 1);
  }
}

TEST_CASE("tagged log: each attempt's streams are counted separately") {
  Log log;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    log.out(1s, "one\ntwo\nthree");
    log.err(1s, "one\n");
    CHECK(log.log.tally(Stream::out).lines == 2);
    CHECK(log.log.tally(Stream::err).lines == 1);
    log.end_attempt(made_up_exit(1));
  }
}

}  // namespace
}  // namespace oversee::report
