// Tests which streams of reads get pauses.
#include "model/read_pace.hpp"

#include <doctest/doctest.h>

#include "model/duration.hpp"

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPipe = 1 << 20;
constexpr std::size_t kBuffer = 256 * 1024;

// A stream of reads on its own clock.
struct Stream {
  ReadPace pace{kPipe};
  Instant now{};

  bool read(std::size_t count, Duration later = 10us) {
    now += later;
    return pace.rest_after(count, count == kBuffer, now);
  }
  // The number of reads of this size until a pause; 0 if `most` reads cause none.
  int reads_until_rest(std::size_t count, int most, Duration later = 10us) {
    for (int reads = 1; reads <= most; ++reads) {
      if (read(count, later)) return reads;
    }
    return 0;
  }
  // Reads the bytes gathered in a pause; returns whether another pause follows.
  bool read_gathered(std::size_t bytes) {
    for (; bytes >= kBuffer; bytes -= kBuffer) {
      if (read(kBuffer)) return true;
    }
    return read(bytes, 1ms);
  }
};

TEST_CASE("read pace: quick small reads cause a pause") { CHECK(Stream{}.reads_until_rest(64, 100) == 8); }

TEST_CASE("read pace: slow lines and large reads cause no pause") {
  CHECK(Stream{}.reads_until_rest(64, 1000, 1ms) == 0);
  CHECK(Stream{}.reads_until_rest(64 * 1024, 1000) == 0);
  CHECK(Stream{}.reads_until_rest(kBuffer, 1000) == 0);
}

TEST_CASE("read pace: pauses continue while each gathers much and the pipe does not fill") {
  Stream stream;
  REQUIRE(stream.reads_until_rest(64, 100) == 8);
  for (int i = 0; i < 100; ++i) CHECK(stream.read_gathered(200 * 1024));
  CHECK_FALSE(stream.read_gathered(1000));
  CHECK(stream.reads_until_rest(64, 100) == 8);
}

TEST_CASE("read pace: everything gathered is read before the next pause") {
  Stream stream;
  REQUIRE(stream.reads_until_rest(64, 100) == 8);
  CHECK_FALSE(stream.read(kBuffer, 1ms));
  CHECK_FALSE(stream.read(kBuffer));
  CHECK(stream.read(1000));
}

TEST_CASE("read pace: a pipe that fills in a pause is read at once, and paused ever more rarely") {
  Stream stream;
  int before = stream.reads_until_rest(8192, 10'000);
  REQUIRE(before == 8);
  for (int i = 0; i < 9; ++i) {
    CHECK_FALSE(stream.read_gathered(kPipe - 1));
    const int reads = stream.reads_until_rest(8192, 10'000);
    CHECK(reads == 2 * before);
    before = reads;
  }
  CHECK_FALSE(stream.read_gathered(kPipe - 1));
  CHECK(stream.reads_until_rest(8192, 10'000) == 4096);
}

}  // namespace
}  // namespace oversee::model
