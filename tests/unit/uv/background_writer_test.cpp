// The background writer's wait for a reader at the end: one that takes it all, one that has stalled, one that left.
#include "uv/background_writer.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

#include "uv/loop.hpp"

namespace oversee::uv {
namespace {

using namespace std::chrono_literals;

// More than a pipe holds, less than the ring.
constexpr std::size_t kSize = 300'000;

struct Written {
  Written() {
    std::signal(SIGPIPE, SIG_IGN);
    REQUIRE(::pipe(ends) == 0);
    writer.emplace(loop, ends[1]);
    writer->write(std::string(kSize, 'x'));
  }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  ~Written() {
    if (!left) ::close(ends[0]);  // or the writer would wait for ever
    writer.reset();
    ::close(ends[1]);
  }

  std::size_t read_all() {
    std::string buffer(kSize, '\0');
    std::size_t count = 0;
    while (count < kSize) {
      const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
      if (got <= 0) break;
      count += static_cast<std::size_t>(got);
    }
    return count;
  }

  Loop loop;
  int ends[2] = {-1, -1};
  bool left = false;
  std::optional<BackgroundWriter> writer;
};

TEST_CASE("background writer: drain waits for a reader that goes on") {
  Written written;
  std::size_t count = 0;
  std::thread reader([&] { count = written.read_all(); });
  const auto rest = written.writer->drain(20s, 60s);
  CHECK(rest.bytes == 0);
  CHECK(rest.error == 0);
  CHECK(written.writer->idle());
  reader.join();
  CHECK(count == kSize);
}

TEST_CASE("background writer: drain gives up on a reader that has stalled, after its patience or at the bound") {
  Written written;
  for (const auto& [patience, bound] : {std::pair{20ms, 20'000ms}, std::pair{20'000ms, 20ms}}) {
    const auto before = std::chrono::steady_clock::now();
    const auto rest = written.writer->drain(patience, bound);
    CHECK(std::chrono::steady_clock::now() - before < 10s);
    CHECK(rest.bytes > 0);
    CHECK(rest.error == 0);
  }
}

TEST_CASE("background writer: drain tells of a reader that left") {
  Written written;
  ::close(written.ends[0]);
  written.left = true;
  const auto rest = written.writer->drain(20s, 60s);
  CHECK(rest.error == EPIPE);
  CHECK(rest.bytes > 0);
}

}  // namespace
}  // namespace oversee::uv
