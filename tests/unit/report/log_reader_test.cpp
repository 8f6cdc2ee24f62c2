// Tests that the reader restores the output of a tagged log byte for byte, however the log is split.
#include "report/log_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "../rounds.hpp"
#include "made_up_run.hpp"
#include "report/tagged_log.hpp"
#include "text_sink.hpp"

namespace oversee::report {
namespace {

using namespace std::string_view_literals;
using model::Stream;
using Random = std::mt19937_64;

struct Kept {
  std::array<std::string, model::kStreams> streams;
  std::string all;
  std::vector<std::pair<std::string, std::string>> notes;
  std::size_t longest = 0;
};

class Keeper final : public LogVisitor {
 public:
  explicit Keeper(Kept& kept) : kept_(kept) {}
  void text(Stream stream, std::string_view bytes) override {
    kept_.streams.at(model::index(stream)) += bytes;
    kept_.all += bytes;
    kept_.longest = std::max(kept_.longest, bytes.size());
  }
  void frame(std::string_view bytes) override { kept_.all += bytes; }
  void note(std::string_view key, std::string_view text) override { kept_.notes.emplace_back(key, text); }

 private:
  Kept& kept_;
};

Kept read_in_chunks(std::string_view log, auto&& next_size) {
  Kept kept;
  Keeper keeper(kept);
  LogReader reader(keeper);
  while (!log.empty()) {
    const std::string_view chunk = log.substr(0, next_size());
    reader.read(chunk);
    log.remove_prefix(chunk.size());
  }
  reader.finish();
  return kept;
}

Kept read_whole(std::string_view log) {
  return read_in_chunks(log, [&] { return log.size(); });
}

TEST_CASE("log reader: separates the lines of each stream and oversee's") {
  const Kept kept = read_whole(
      "# oversee 0.1.0  run 20261123-121659-k3f9\n"
      "    0.012 out| one\n"
      "    0.015 err| # attempt   2 of 3\n"
      "123456.001 out: two\n"
      "    0.016 out: \n"
      "    0.017 out| \n"
      "# omitted   12MiB, 88123 lines of stdout\n"
      "#\n");
  CHECK(kept.streams[0] == "one\ntwo\n");
  CHECK(kept.streams[1] == "# attempt   2 of 3\n");
  const std::vector<std::pair<std::string, std::string>> notes{
      {"oversee", "0.1.0  run 20261123-121659-k3f9"}, {"omitted", "12MiB, 88123 lines of stdout"}, {"", ""}};
  CHECK(kept.notes == notes);
}

TEST_CASE("log reader: a damaged line belongs to no stream, and is kept") {
  for (const std::string_view line :
       {"no stamp at all", "    0.012 out|no blank", "    0.012 oud| x", "    0.01 out| x", "    0.0123 out| x",
        "   .012 out| x", "out| x", "", " ", "     ", "99999999999999999999999999999999999999999999999", "    0.012",
        "    0.012 o"}) {
    CAPTURE(line);
    const std::string log = std::string(line) + "\n    0.012 out| after it\n";
    for (std::size_t size = 1; size <= log.size(); ++size) {
      const Kept kept = read_in_chunks(log, [&] { return size; });
      REQUIRE(kept.streams[0] == "after it\n");
      REQUIRE(kept.streams[1].empty());
      REQUIRE(kept.all == log);
    }
  }
}

TEST_CASE("log reader: a log that ends anywhere") {
  const std::string log = "# attempt   1 of 1\n    0.012 out| one\n    0.013 err: two\n    0.014 out| three\n";
  for (std::size_t size = 0; size <= log.size(); ++size) {
    CAPTURE(size);
    const Kept kept = read_whole(log.substr(0, size));
    REQUIRE(kept.all == log.substr(0, size));
    REQUIRE(std::string_view("one\nthree\n").starts_with(kept.streams[0]));
    REQUIRE(std::string_view("two").starts_with(kept.streams[1]));
  }
}

TEST_CASE("log reader: a long line is passed on in pieces, a long note is truncated") {
  const std::string line(1'000'000, 'x');
  const Kept kept =
      read_in_chunks("# command   " + line + "\n    0.012 out| " + line + "\n", [] { return std::size_t{1000}; });
  CHECK(kept.streams[0] == line + '\n');
  CHECK(kept.longest <= 1000);
  REQUIRE(kept.notes.size() == 1);
  CHECK(kept.notes[0].first == "command");
  CHECK(kept.notes[0].second.size() < 9000);
}

// Bytes of all kinds, biased to those with a meaning in a log or for line splitting.
std::string random_bytes(Random& random, std::size_t size) {
  constexpr std::string_view kSpecial = "\n\n\n\r\0# |:out err0.1\x80\xff\x1b"sv;
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) {
    const auto draw = static_cast<std::size_t>(random());
    bytes += draw % 3 == 0 ? static_cast<char>(draw >> 8U) : kSpecial[(draw >> 8U) % kSpecial.size()];
  }
  return bytes;
}

TEST_CASE("log reader: restores the input of the tagged log, for any bytes, pieces and order") {
  for (std::uint64_t seed = 0; seed < rounds(400); ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto below = [&](std::size_t bound) {
      return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    TextSink sink;
    TaggedLog log(sink, {});
    const model::RunInfo info = made_up_run();
    log.on(model::RunStarted{&info}, info.started);
    std::array<std::string, model::kStreams> streams;
    std::vector<model::AttemptResult> attempts;
    for (std::size_t attempt = 1 + below(3); attempt > 0; --attempt) {
      for (std::size_t pieces = below(40); pieces > 0; --pieces) {
        const Stream stream = below(2) == 0 ? Stream::out : Stream::err;
        const std::string bytes = random_bytes(random, 1 + (below(6) == 0 ? below(30'000) : below(100)));
        log.on(model::OutputArrived{stream, bytes}, after(std::chrono::milliseconds(below(200'000'000))));
        streams.at(model::index(stream)) += bytes;
      }
      attempts.push_back(made_up_exit(1));
      log.on(model::AttemptFinished{&attempts.back()}, attempts.back().finished);
    }
    tell_end(log, info, attempts);
    const std::size_t most = 1 + (below(2) == 0 ? below(20) : below(100'000));
    const Kept kept = read_in_chunks(sink.text, [&] { return 1 + below(most); });
    REQUIRE(kept.streams[0] == streams[0]);
    REQUIRE(kept.streams[1] == streams[1]);
    REQUIRE(kept.all == sink.text);
    REQUIRE(kept.notes.front().first == "oversee");
    REQUIRE(kept.notes.back().first == "finished");
  }
}

}  // namespace
}  // namespace oversee::report
