// Tests reading pipes on a real loop: every byte in order, the end, an error of the descriptor, pauses.
#include "uv/pipe_reader.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "os/descriptor.hpp"
#include "uv/timer.hpp"

namespace oversee::uv {
namespace {

// A reader of `fd`, its text, and its end.
struct Reading {
  explicit Reading(int fd)
      : reader(loop, fd, buffer,
               {[this](std::string_view bytes) {
                  text += bytes;
                  ++reads;
                  if (on_read) on_read();
                },
                [this](int number) { error = number; }}) {}

  Loop loop;
  std::array<char, 4096> buffer{};
  std::string text;
  int reads = 0;
  std::optional<int> error;
  std::function<void()> on_read;
  PipeReader reader;
};

TEST_CASE("pipe reader: all bytes in order, then the end") {
  auto pipe = os::make_pipe();
  REQUIRE(pipe.has_value());
  std::string whole;
  for (int i = 0; i < 5000; ++i) whole += std::to_string(i) + '\n';
  REQUIRE(os::write_fully(pipe->writer.get(), whole));
  pipe->writer.reset();
  Reading reading(pipe->reader.release());
  reading.reader.start();
  reading.loop.run();
  CHECK(reading.text == whole);
  CHECK(reading.reads > 1);
  CHECK(reading.error == 0);
  CHECK_FALSE(reading.reader.open());
}

// The peer of a socket closed with unread bytes: the next read fails (unix(7)).
TEST_CASE("pipe reader: an error is reported as its errno, and is the last call") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  REQUIRE(::write(ends[0], "unread", 6) == 6);
  ::close(ends[1]);
  Reading reading(ends[0]);
  reading.reader.start();
  reading.loop.run();
  CHECK(reading.text.empty());
  CHECK(reading.error == ECONNRESET);
}

// The reader is slower than the writer, so the pipe is never empty.
TEST_CASE("pipe reader: a flood does not starve the loop's timers") {
  auto pipe = os::make_pipe();
  REQUIRE(pipe.has_value());
  REQUIRE(::fcntl(pipe->writer.get(), F_SETFL, O_NONBLOCK) == 0);
  const std::string flood(4096, 'x');
  Reading reading(pipe->reader.release());
  int turns = 0;
  const auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds(1); };
  Timer timer(reading.loop, [&] {
    ++turns;
    timer.set(soon());
  });
  timer.set(soon());
  reading.on_read = [&] {
    while (::write(pipe->writer.get(), flood.data(), flood.size()) > 0) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (reading.reads == 64) reading.loop.stop();
  };
  REQUIRE(os::write_fully(pipe->writer.get(), flood));
  reading.reader.start();
  reading.loop.run();
  CHECK(turns >= 32);  // of 64 reads; without the limit of a turn, two
}

TEST_CASE("pipe reader: while paused it reads and loses nothing") {
  auto pipe = os::make_pipe();
  REQUIRE(pipe.has_value());
  REQUIRE(os::write_fully(pipe->writer.get(), "one"));
  Reading reading(pipe->reader.release());
  reading.on_read = [&] { reading.reader.pause(); };
  reading.reader.start();
  reading.loop.run();  // returns, as there is nothing to wait for
  CHECK(reading.text == "one");
  REQUIRE(os::write_fully(pipe->writer.get(), "two"));
  pipe->writer.reset();
  CHECK_FALSE(reading.error.has_value());
  reading.on_read = nullptr;
  reading.reader.start();
  reading.loop.run();
  CHECK(reading.text == "onetwo");
  CHECK(reading.error == 0);
}

TEST_CASE("pipe reader: closed by its owner within a read, it makes no further calls") {
  auto pipe = os::make_pipe();
  REQUIRE(pipe.has_value());
  REQUIRE(os::write_fully(pipe->writer.get(), std::string(10'000, 'x')));
  Reading reading(pipe->reader.release());
  reading.on_read = [&] { reading.reader.close(); };
  reading.reader.start();
  reading.loop.run();
  CHECK(reading.reads == 1);
  CHECK_FALSE(reading.error.has_value());
}

}  // namespace
}  // namespace oversee::uv
