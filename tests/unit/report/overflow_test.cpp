// Tests spilling and the raw log: the head in the log, the rest byte for byte in a separate file, for any chunks.
#include "report/overflow.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "../rounds.hpp"
#include "decode_tagged_log.hpp"
#include "made_up_run.hpp"
#include "report/raw_log.hpp"
#include "report/tagged_log.hpp"
#include "text_sink.hpp"

namespace oversee::report {
namespace {

using model::OutputArrived;
using model::Stream;

struct Spills {
  OverflowPolicy policy(std::uint64_t most) {
    return {.most_kept = most, .spill = [this](Stream stream) -> std::optional<SpillFile> {
              if (!possible) return {};
              return SpillFile{&files[model::index(stream)], "/runs/ID.stdout"};
            }};
  }

  bool possible = true;
  std::array<TextSink, model::kStreams> files;
};

void end_attempt(model::EventSink& log) {
  const auto result = made_up_exit(0);
  log.on(model::AttemptFinished{&result}, result.finished);
}

TEST_CASE("spill: log and spilled file together are the stream, in the tagged and the raw log") {
  std::mt19937 random(20261124);
  for (std::uint64_t round = 0; round < rounds(200); ++round) {
    std::string stream(std::uniform_int_distribution<std::size_t>(0, 30'000)(random), '\0');
    for (char& each : stream) each = static_cast<char>(random() % 20 == 0 ? '\n' : random());
    const std::uint64_t most = std::uniform_int_distribution<std::uint64_t>(1, 20'000)(random);
    Spills spills;
    TextSink tagged_sink;
    TaggedLog tagged(tagged_sink, spills.policy(most));
    Spills raw_spills;
    TextSink raw_sink;
    RawLog raw(raw_sink, raw_spills.policy(most));
    const auto info = made_up_run();
    tagged.on(model::RunStarted{&info}, info.started);
    for (std::string_view rest = stream; !rest.empty();) {
      const auto piece = rest.substr(0, std::uniform_int_distribution<std::size_t>(1, 9000)(random));
      tagged.on(OutputArrived{Stream::out, piece}, after({}));
      raw.on(OutputArrived{Stream::out, piece}, after({}));
      rest.remove_prefix(piece.size());
    }
    const auto tally = tagged.tally(Stream::out);
    const auto raw_tally = raw.tally(Stream::out);
    end_attempt(tagged);
    const std::string head = decode_tagged_log(tagged_sink.text).of(Stream::out);
    REQUIRE(head.size() <= most);
    REQUIRE(head + spills.files[0].text == stream);
    REQUIRE(tally.spilled_bytes == spills.files[0].text.size());
    REQUIRE(tally.omitted_bytes == 0);
    REQUIRE(raw_sink.text.size() <= most);
    REQUIRE(raw_sink.text + raw_spills.files[0].text == stream);
    REQUIRE(tally.lines == static_cast<std::uint64_t>(std::ranges::count(stream, '\n')));
    REQUIRE(raw_tally.lines == tally.lines);
    REQUIRE(spills.files[1].text.empty());
  }
}

TEST_CASE("spill: the log gives sizes and offsets, also of a second attempt") {
  Spills spills;
  TextSink sink;
  TaggedLog log(sink, spills.policy(4));
  for (int attempt = 0; attempt < 2; ++attempt) {
    log.on(OutputArrived{Stream::out, "1\n2\n3\n4\n5\n"}, after({}));
    end_attempt(log);
  }
  CHECK(sink.text.find("# spilled   6 bytes, 3 lines of stdout: from byte 0 of /runs/ID.stdout\n") !=
        std::string::npos);
  CHECK(sink.text.find("# spilled   6 bytes, 3 lines of stdout: from byte 6 of /runs/ID.stdout\n") !=
        std::string::npos);
  CHECK(spills.files[0].text == "3\n4\n5\n3\n4\n5\n");
}

TEST_CASE("spill: without a file the middle is omitted and counted") {
  Spills spills;
  spills.possible = false;
  TextSink sink;
  TaggedLog log(sink, spills.policy(40));
  std::string stream;
  for (int i = 0; i < 1000; ++i) stream += std::to_string(i) + '\n';
  log.on(OutputArrived{Stream::out, stream}, after({}));
  const auto tally = log.tally(Stream::out);
  CHECK(tally.spilled_bytes == 0);
  CHECK(tally.omitted_bytes > 3000);
  end_attempt(log);
  CHECK(sink.text.find("# omitted") != std::string::npos);
}

TEST_CASE("raw log: only the bytes of both streams in order") {
  TextSink sink;
  RawLog log(sink, {});
  const auto info = made_up_run();
  log.on(model::RunStarted{&info}, info.started);
  log.on(OutputArrived{Stream::out, "out"}, after({}));
  log.on(OutputArrived{Stream::err, "err\n"}, after({}));
  CHECK(log.tally(Stream::err).lines == 1);
  end_attempt(log);
  CHECK(sink.text == "outerr\n");
}

TEST_CASE("raw log: omitted output is counted at its place") {
  TextSink sink;
  RawLog log(sink, {.most_kept = 1000});
  std::string stream;
  for (int i = 0; i < 2000; ++i) stream += std::to_string(i) + '\n';
  for (std::string_view rest = stream; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(rest.size(), 100))) {
    log.on(OutputArrived{Stream::out, rest.substr(0, 100)}, after({}));
  }
  const auto tally = log.tally(Stream::out);
  end_attempt(log);
  const std::size_t remark = sink.text.find("\n# omitted   ");
  REQUIRE(remark != std::string::npos);
  const std::size_t behind = sink.text.find('\n', remark + 1) + 1;
  CHECK(stream.starts_with(sink.text.substr(0, remark)));
  CHECK(stream.ends_with(sink.text.substr(behind)));
  CHECK(remark + (sink.text.size() - behind) + tally.omitted_bytes == stream.size());
}

}  // namespace
}  // namespace oversee::report
