// Tests the tagged log with a limit: the start and the end of each stream are kept, the bytes between are counted.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "../rounds.hpp"
#include "decode_tagged_log.hpp"
#include "made_up_run.hpp"
#include "report/tagged_log.hpp"
#include "text_sink.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::OutputArrived;
using model::Stream;
using Random = std::mt19937_64;

std::uint64_t newlines(std::string_view text) { return static_cast<std::uint64_t>(std::ranges::count(text, '\n')); }

// One attempt's output with a limit: the tally, and the restored streams.
struct Kept {
  Kept(std::uint64_t most, const std::array<std::string, model::kStreams>& streams, std::size_t chunk) {
    TextSink sink;
    TaggedLog log(sink, {most});
    const model::RunInfo info = made_up_run();
    log.on(model::RunStarted{&info}, info.started);
    for (std::size_t at = 0; at < std::max(streams[0].size(), streams[1].size()); at += chunk) {
      for (const Stream stream : {Stream::out, Stream::err}) {
        const std::string_view whole = streams.at(model::index(stream));
        if (at < whole.size()) log.on(OutputArrived{stream, whole.substr(at, chunk)}, after(1ms));
      }
    }
    for (const Stream stream : {Stream::out, Stream::err}) tally.at(model::index(stream)) = log.tally(stream);
    const auto result = made_up_exit(0);
    log.on(model::AttemptFinished{&result}, result.finished);
    decoded = decode_tagged_log(sink.text);
  }

  std::array<model::StreamTally, model::kStreams> tally;
  DecodedLog decoded;
};

void check_kept(const Kept& kept, std::uint64_t most, std::string_view stream, std::size_t which) {
  const std::string_view text = kept.decoded.streams.at(which);
  const model::StreamTally& tally = kept.tally.at(which);
  const auto& cuts = kept.decoded.cuts.at(which);
  REQUIRE(tally.lines == newlines(stream));
  REQUIRE(text.size() + tally.omitted_bytes == stream.size());
  REQUIRE(newlines(text) + tally.omitted_lines == newlines(stream));
  if (tally.omitted_bytes == 0) {
    REQUIRE(cuts.empty());
    REQUIRE(text == stream);
    return;
  }
  REQUIRE(text.size() <= most);
  REQUIRE(cuts.size() == 1);
  REQUIRE(stream.starts_with(text.substr(0, cuts[0])));
  REQUIRE(stream.ends_with(text.substr(cuts[0])));
}

std::string numbered_lines(std::size_t count, std::size_t width) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    text += std::string(width > number.size() ? width - number.size() : 0, '.') + number + '\n';
  }
  return text;
}

TEST_CASE("tagged log's limit: output within it is kept whole") {
  const std::string text = numbered_lines(100, 9);  // 1,000 bytes
  for (const std::uint64_t most : {1000U, 1400U, 100'000U}) {
    const Kept kept(most, {text, text}, 100);
    CHECK(kept.decoded.of(Stream::out) == text);
    CHECK(kept.decoded.of(Stream::err) == text);
    CHECK(kept.tally[0].omitted_bytes == 0);
  }
}

TEST_CASE("tagged log's limit: the start and the end are kept, with a note about the omitted part") {
  const std::string text = numbered_lines(10'000, 9);
  const Kept kept(1000, {text, ""}, 4000);
  check_kept(kept, 1000, text, 0);
  const std::string_view shown = kept.decoded.of(Stream::out);
  CHECK(shown.starts_with("........0\n........1\n"));
  CHECK(shown.ends_with(".....9998\n.....9999\n"));
  CHECK(shown.size() >= 700);  // rounding to whole lines costs little
  const auto note = std::ranges::find_if(kept.decoded.notes, [](auto& each) { return each.starts_with("# omitted"); });
  REQUIRE(note != kept.decoded.notes.end());
  CHECK(note->ends_with(std::to_string(kept.tally[0].omitted_lines) + " lines of stdout"));
}

TEST_CASE("tagged log's limit: applies to each stream") {
  const std::string text = numbered_lines(10'000, 9);
  const Kept kept(1000, {text, "short\n"}, 4000);
  CHECK(kept.decoded.of(Stream::err) == "short\n");
  CHECK(kept.tally[1].omitted_bytes == 0);
  CHECK(kept.tally[0].omitted_bytes > 0);
}

TEST_CASE("tagged log's limit: applies to each attempt") {
  TextSink sink;
  TaggedLog log(sink, {1000});
  const model::RunInfo info = made_up_run();
  log.on(model::RunStarted{&info}, info.started);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    const std::string text = numbered_lines(attempt == 1 ? 10'000 : 50, 9);
    log.on(OutputArrived{Stream::out, text}, after(1s));
    CHECK((log.tally(Stream::out).omitted_bytes > 0) == (attempt == 1));
    const auto result = made_up_exit(1);
    log.on(model::AttemptFinished{&result}, result.finished);
  }
  const DecodedLog decoded = decode_tagged_log(sink.text);
  CHECK(decoded.cuts[0].size() == 1);
  CHECK(decoded.of(Stream::out).ends_with(numbered_lines(50, 9)));
}

TEST_CASE("tagged log's limit: a tiny one is respected, and every line has its end") {
  const std::string text = numbered_lines(100, 9);
  for (std::uint64_t most = 1; most <= 64; ++most) {
    CAPTURE(most);
    const Kept kept(most, {text, "\n\n\n"}, 10);
    check_kept(kept, most, text, 0);
    check_kept(kept, most, "\n\n\n", 1);
  }
}

TEST_CASE("tagged log's limit: lines of any length, even longer than the limit") {
  for (std::uint64_t seed = 0; seed < rounds(300); ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto below = [&](std::size_t bound) {
      return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    std::array<std::string, model::kStreams> streams;
    for (std::string& stream : streams) {
      for (std::size_t lines = below(60); lines > 0; --lines) {
        const std::size_t length = below(8) == 0 ? below(20'000) : below(40);
        for (std::size_t i = 0; i < length; ++i) stream += static_cast<char>(below(256));
        stream += '\n';
      }
      if (below(2) == 0) stream += "without an end";
    }
    const std::uint64_t most = 16 + below(8000);
    const Kept kept(most, streams, 1 + below(6000));
    check_kept(kept, most, streams[0], 0);
    check_kept(kept, most, streams[1], 1);
  }
}

}  // namespace
}  // namespace oversee::report
