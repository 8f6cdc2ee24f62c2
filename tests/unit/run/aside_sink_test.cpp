// Tests the aside sink: all bytes in order, a stalled disk, a failing one, and a front that is killed meanwhile.
#include "run/aside_sink.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../os/forked.hpp"
#include "os/descriptor.hpp"
#include "uv/loop.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;

// A disk that writes to a pipe of the test; if stalled, it waits until the test lets it continue.
class Disk final : public model::ByteSink {
 public:
  explicit Disk(bool stalls) : stalls_(stalls) {
    auto output = os::make_pipe();
    auto gate = os::make_pipe();
    REQUIRE((output.has_value() && gate.has_value()));
    output_ = std::move(*output);
    gate_ = std::move(*gate);
  }
  std::vector<int> descriptors() const { return {output_.writer.get(), gate_.reader.get()}; }

  bool write(std::string_view bytes) override {
    if (error != 0) {
      if (on_error) on_error(error);
      return true;
    }
    entered = true;
    entered.notify_all();
    char go = 0;
    if (stalls_ && ::read(gate_.reader.get(), &go, 1) < 0) return true;
    stalls_ = false;
    (void)os::write_fully(output_.writer.get(), bytes);
    return true;
  }
  bool idle() const override { return true; }

  void go_on() { REQUIRE(::write(gate_.writer.get(), "x", 1) == 1); }
  void close_ours() { output_.writer.reset(); }
  std::string read(std::size_t size) {
    std::string text(size, '\0');
    std::size_t count = 0;
    while (count < size) {
      const ssize_t got = ::read(output_.reader.get(), text.data() + count, size - count);
      if (got <= 0) break;
      count += static_cast<std::size_t>(got);
    }
    text.resize(count);
    return text;
  }

  int error = 0;
  std::atomic<bool> entered = false;

 private:
  os::Pipe output_;
  os::Pipe gate_;
  bool stalls_;
};

std::string random_text(std::size_t size, std::mt19937_64& random) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST_CASE("aside sink: all bytes in order, in any pieces") {
  std::mt19937_64 random(7);
  uv::Loop loop;
  Disk disk(false);
  std::string all;
  AsideSink sink(loop, disk, [&] { return disk.descriptors(); });
  for (int i = 0; i < 200; ++i) {
    const std::string piece = random_text(random() % 40'000, random);
    all += piece;
    sink.write(piece);
    if (i % 3 == 0) REQUIRE(disk.read(std::min<std::size_t>(all.size(), 30'000)) == all.substr(0, 30'000));
    if (i % 3 == 0) all.erase(0, 30'000);
  }
  // A pipe holds 64 KiB: the test must read while the rest is written.
  while (!all.empty()) {
    const std::size_t size = std::min<std::size_t>(all.size(), 32'768);
    REQUIRE(disk.read(size) == all.substr(0, size));
    all.erase(0, size);
    (void)sink.drain(1ms);
  }
  CHECK(sink.drain(20s) == 0);
  CHECK(sink.idle());
}

// In a front HUP is read from the signalfd; unblocked, it would end the front.
TEST_CASE("aside sink: a wait for the disk leaves HUP pending") {
  sigset_t hup;
  sigset_t before;
  sigemptyset(&hup);
  sigaddset(&hup, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &hup, &before);
  uv::Loop loop;
  Disk disk(true);
  AsideSink sink(loop, disk, [&] { return disk.descriptors(); });
  sink.write("x");
  REQUIRE(::kill(::getpid(), SIGHUP) == 0);
  CHECK(sink.drain(50ms) == 1);
  disk.go_on();
  CHECK(sink.drain(20s) == 0);
  const timespec now{};
  CHECK(sigtimedwait(&hup, nullptr, &now) == SIGHUP);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("aside sink: a stalled disk is full at a bound, and room is reported") {
  uv::Loop loop;
  Disk disk(true);
  AsideSink sink(loop, disk, [&] { return disk.descriptors(); });
  bool ready = false;
  sink.on_ready = [&] {
    ready = true;
    loop.stop();
  };
  std::size_t taken = 0;
  while (sink.write(std::string(10'000, 'x')) && taken < 100) ++taken;
  CHECK(taken < 100);
  CHECK_FALSE(sink.idle());
  CHECK(sink.drain(20ms) > 0);
  disk.go_on();
  std::thread reader([&, size = (taken + 1) * 10'000] { CHECK(disk.read(size).size() == size); });
  loop.run();
  CHECK(ready);
  CHECK(sink.stuck());  // by the last wait
  CHECK(sink.drain(20s) == 0);
  CHECK_FALSE(sink.stuck());
  reader.join();
}

TEST_CASE("aside sink: an error is reported once, and later bytes are dropped") {
  uv::Loop loop;
  Disk disk(false);
  disk.error = ENOSPC;
  AsideSink sink(loop, disk, [&] { return disk.descriptors(); });
  int told = 0;
  sink.on_error = [&](int error) {
    CHECK(error == ENOSPC);
    ++told;
    loop.stop();
  };
  sink.write("one");
  loop.run();
  CHECK(told == 1);
  CHECK(sink.write(std::string(3'000'000, 'x')));
  CHECK(sink.idle());
  CHECK(sink.drain(1ms) == 0);
  CHECK(told == 1);
}

TEST_CASE("aside sink: bytes taken before a kill are written after it") {
  Disk disk(true);
  auto ready = os::make_pipe();
  REQUIRE(ready.has_value());
  const pid_t front = os::fork_child([&] {
    uv::Loop loop;
    AsideSink sink(loop, disk, [&] { return disk.descriptors(); });
    sink.write("seen by somebody");
    disk.entered.wait(false);
    os::tell(ready->writer.get(), 'x');
    os::wait_to_be_killed();
    return 0;
  });
  (void)os::hear<char>(ready->reader.get());
  ::kill(front, SIGKILL);
  (void)os::status_of(front);
  disk.go_on();
  disk.close_ours();
  CHECK(disk.read(100) == "seen by somebody");  // then the end of the pipe: the process is gone
}

TEST_CASE("aside sink: a stalled disk does not delay the end") {
  Disk disk(true);
  const pid_t front = os::fork_child([&] {
    auto* loop = new uv::Loop;
    auto* sink = new AsideSink(*loop, disk, [&] { return disk.descriptors(); });
    sink->write("stuck");
    return sink->drain(20ms) == 5 ? 0 : 1;
  });
  CHECK(os::status_of(front) == 0);
  disk.go_on();
}

}  // namespace
}  // namespace oversee::run
