// Tests the background writer: writes at once and in the background, in order; and its final wait for a reader that
// reads all, stalls, or closes.
#include "uv/background_writer.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

#include "uv/loop.hpp"

namespace oversee::uv {
namespace {

using namespace std::chrono_literals;

// More than an enlarged pipe holds; the rest fits the ring.
constexpr std::size_t kSize = 1'300'000;

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
    if (!left) ::close(ends[0]);  // else the writer would wait for ever
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

TEST_CASE("background writer: drain waits for an active reader") {
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

TEST_CASE("background writer: drain gives up on a stalled reader, after its patience or at the bound") {
  Written written;
  for (const auto& [patience, bound] : {std::pair{20ms, 20'000ms}, std::pair{20'000ms, 20ms}}) {
    const auto before = std::chrono::steady_clock::now();
    const auto rest = written.writer->drain(patience, bound);
    CHECK(std::chrono::steady_clock::now() - before < 10s);
    CHECK(rest.bytes > 0);
    CHECK(rest.error == 0);
  }
}

TEST_CASE("background writer: drain reports a reader that left") {
  Written written;
  ::close(written.ends[0]);
  written.left = true;
  const auto rest = written.writer->drain(20s, 60s);
  CHECK(rest.error == EPIPE);
  CHECK(rest.bytes > 0);
}

// Linux 6.5 is the first where RWF_NOWAIT works on a blocking pipe.
bool pipes_know_at_once() {
  int ends[2] = {-1, -1};
  REQUIRE(::pipe(ends) == 0);
  char byte = 'x';
  iovec part{&byte, 1};
  const bool known = ::pwritev2(ends[1], &part, 1, -1, RWF_NOWAIT) == 1;
  ::close(ends[0]);
  ::close(ends[1]);
  return known;
}

// A pipe with our end for reading, and a writer to it.
struct Piped {
  Piped() {
    std::signal(SIGPIPE, SIG_IGN);
    REQUIRE(::pipe(ends) == 0);
    writer.emplace(loop, ends[1]);
  }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;
  ~Piped() {
    ::close(ends[0]);
    writer.reset();
    ::close(ends[1]);
  }

  int size() const { return ::fcntl(ends[1], F_GETPIPE_SZ); }

  Loop loop;
  int ends[2] = {-1, -1};
  std::optional<BackgroundWriter> writer;
};

TEST_CASE("background writer: bytes that fit are written when write() returns") {
  Piped piped;
  CHECK(piped.writer->write("hello"));
  if (pipes_know_at_once()) CHECK(piped.writer->idle());
  char buffer[16];
  CHECK(::read(piped.ends[0], buffer, sizeof buffer) == 5);
}

TEST_CASE("background writer: a pipe is enlarged only for much output") {
  Piped piped;
  const int usual = piped.size();
  for (int i = 0; i < 8; ++i) piped.writer->write(std::string(20'000, 'x'));
  CHECK(piped.size() == usual);
  if (!pipes_know_at_once()) return;
  std::string taken(200'000, '\0');
  for (std::size_t count = 0; count < 160'000;) {
    const ssize_t got = ::read(piped.ends[0], taken.data(), taken.size());
    REQUIRE(got > 0);
    count += static_cast<std::size_t>(got);
  }
  // The thread may still be busy: then this write is queued behind it, and the next one is not.
  while (!piped.writer->idle()) std::this_thread::yield();
  piped.writer->write(std::string(200'000, 'x'));
  CHECK(piped.size() > usual);
  CHECK(piped.writer->idle());
}

TEST_CASE("background writer: immediate and background writes stay in order, and whole") {
  Piped piped;
  std::string sent;
  for (std::size_t i = 0; sent.size() < 4'000'000; ++i) {
    sent += std::string(i * 7919 % 150'000 + 1, static_cast<char>('a' + i % 26));
  }
  std::string got(sent.size(), '\0');
  std::thread reader([&] {
    for (std::size_t count = 0, turn = 0; count < got.size(); ++turn) {
      const std::size_t most = std::min<std::size_t>(turn % 2 == 0 ? 100 : 300'000, got.size() - count);
      const ssize_t now = ::read(piped.ends[0], got.data() + count, most);
      if (now <= 0) break;
      count += static_cast<std::size_t>(now);
    }
  });
  for (std::size_t i = 0, at = 0; at < sent.size(); ++i) {
    const std::size_t size = std::min(i * 7919 % 150'000 + 1, sent.size() - at);
    piped.writer->write(std::string_view(sent).substr(at, size));
    at += size;
  }
  CHECK(piped.writer->drain(20s, 60s).bytes == 0);
  reader.join();
  CHECK(got == sent);
}

}  // namespace
}  // namespace oversee::uv
