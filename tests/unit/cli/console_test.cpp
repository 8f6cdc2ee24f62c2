// Tests the console: the bytes that a reader of stderr gets, their order, the wait for a stalled reader, and the count
// of dropped lines.
#include "cli/console.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

#include "mechanisms.hpp"
#include "model/mechanism.hpp"
#include "os/clock.hpp"
#include "uv/timer.hpp"

namespace oversee::cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kPage = 4096;

// Times far enough apart that only waiting for a reader explains kFar.
constexpr auto kSoon = 700ms;
constexpr auto kFar = 15s;

// A pipe with this much free space, and a console that writes to it.
struct Piped {
  explicit Piped(std::size_t room) {
    std::signal(SIGPIPE, SIG_IGN);
    REQUIRE(::pipe(ends) == 0);
    const auto size = static_cast<std::size_t>(::fcntl(ends[1], F_GETPIPE_SZ));
    held = size - room;
    if (held > 0) REQUIRE(::write(ends[1], std::string(held, 'h').data(), held) == static_cast<ssize_t>(held));
    console.emplace(ends[1]);
  }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;
  ~Piped() {
    close_reader();
    console.reset();
    ::close(ends[1]);
  }

  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }

  // Reads until 300 ms pass without data; drops what the pipe held before.
  std::string read_all() {
    std::string all;
    pollfd readable{ends[0], POLLIN, 0};
    while (::poll(&readable, 1, 300) > 0) {
      char buffer[65536];
      const ssize_t count = ::read(ends[0], buffer, sizeof buffer);
      if (count <= 0) break;
      all.append(buffer, static_cast<std::size_t>(count));
    }
    const std::size_t skipped = std::min(held, all.size());
    held -= skipped;
    return all.substr(skipped);
  }

  // Runs until the loop is stopped, or for this time.
  void run_for(model::Duration time) {
    uv::Timer end(loop, [this] { loop.stop(); });
    end.set(os::read_clock().instant + time);
    loop.run();
  }

  uv::Loop loop;
  int ends[2] = {-1, -1};
  std::size_t held = 0;
  std::optional<Console> console;
};

template <class Act>
Clock::duration time_of(Act act) {
  const auto before = Clock::now();
  act();
  return Clock::now() - before;
}

std::string numbered_lines(int count, std::size_t width) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    std::string line = std::to_string(i) + ' ';
    line.resize(width - 1, '.');
    text += line + '\n';
  }
  return text;
}

TEST_CASE("console: a line that fits is written when print returns") {
  Piped piped(kPage);
  piped.console->print("oversee: a line\n");
  CHECK(piped.console->lines().idle());
  CHECK(piped.console->finish().dropped_lines == 0);
  CHECK(piped.read_all() == "oversee: a line\n");
}

TEST_CASE("console: without a loop only the first line waits for a stalled reader, up to the bound") {
  Piped piped(0);
  const auto first = time_of([&] { piped.console->print("one\n"); });
  CHECK(first >= Console::kPatience);
  CHECK(first < kFar);
  CHECK(time_of([&] {
          for (int i = 0; i < 100; ++i) piped.console->print("two\n");
          const model::OwnLines own = piped.console->finish();
          CHECK(own.dropped_lines == 101);
          CHECK(own.dropped_bytes == 404);
        }) < kSoon);
}

TEST_CASE("console: without a loop a line waits for a slow reader") {
  Piped piped(0);
  std::string got;
  std::thread reader([&] {
    std::this_thread::sleep_for(200ms);
    got = piped.read_all();
  });
  piped.console->print("oversee: a line\n");
  CHECK(piped.console->finish().dropped_lines == 0);
  reader.join();
  CHECK(got == "oversee: a line\n");
}

TEST_CASE("console: on a loop no line waits for its reader; finish does, and counts the rest") {
  for (const std::size_t room : {std::size_t{0}, kPage}) {
    CAPTURE(room);
    Piped piped(room);
    piped.console->join(piped.loop);
    const std::string text = numbered_lines(300, 100);
    const auto printing = time_of([&] {
      for (int i = 0; i < 10; ++i) piped.console->print(text);
    });
    CHECK(printing < kSoon);
    model::OwnLines own;
    const auto finishing = time_of([&] { own = piped.console->finish(); });
    CHECK(finishing >= Console::kPatience / 2);
    CHECK(finishing < kFar);
    const std::string got = piped.read_all();
    // A write may be in progress: here it ends when the pipe is read; in a real exit it is lost.
    const auto lines = static_cast<std::uint64_t>(std::ranges::count(got, '\n'));
    CHECK(got.size() <= room + PIPE_BUF);
    CHECK(own.dropped_bytes <= 10 * text.size() - room + 100);
    CHECK(own.dropped_bytes + got.size() >= 10 * text.size());
    CHECK(own.dropped_bytes + got.size() <= 10 * text.size() + PIPE_BUF);
    CHECK((own.dropped_lines >= 3000 - lines && own.dropped_lines <= 3000));
    CHECK((got.empty() || got.ends_with('\n')));
    CHECK(text.starts_with(got));
    piped.console->leave();
  }
}

TEST_CASE("console: control: a line written on the loop waits for its reader") {
  Piped piped(kPage);
  piped.console->join(piped.loop);
  model::turn(model::Mechanism::lines_aside, false);
  std::thread reader([&] {
    std::this_thread::sleep_for(2 * kSoon);
    (void)piped.read_all();
  });
  const auto printing = time_of([&] { piped.console->print(numbered_lines(300, 100)); });
  model::turn(model::Mechanism::lines_aside, true);
  reader.join();
  CHECK(printing > kSoon);
  piped.console->leave();
}

TEST_CASE("console: a reader that has long been stalled gets only a moment more") {
  Piped piped(0);
  piped.console->join(piped.loop);
  piped.console->print("one\n");
  std::this_thread::sleep_for(Console::kPatience);
  CHECK(time_of([&] { CHECK(piped.console->finish().dropped_lines == 1); }) < kSoon);
  piped.console->leave();
}

TEST_CASE("console: lines and output are written whole in one order") {
  Piped piped(0);
  piped.console->join(piped.loop);
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    const std::string output = numbered_lines(i % 7, 1000) + "no newline";
    const std::string line = "\noversee: line " + std::to_string(i) + '\n';
    piped.console->output().write(output);
    piped.console->print(line);
    sent += output + line;
  }
  std::string got;
  std::thread reader([&] { got = piped.read_all(); });
  CHECK(piped.console->finish().dropped_lines == 0);
  reader.join();
  CHECK(got == sent);
  piped.console->leave();
}

TEST_CASE("console: waiting lines are bounded and the rest counted, while output goes on") {
  Piped piped(0);
  piped.console->join(piped.loop);
  const std::string text = numbered_lines(1000, 100);
  for (int i = 0; i < 40; ++i) piped.console->print(text);
  piped.console->output().write("output\n");
  std::string got;
  std::thread reader([&] { got = piped.read_all(); });
  const model::OwnLines own = piped.console->finish();
  reader.join();
  CHECK(got.size() <= Console::kMostWaiting + text.size() + 7);
  CHECK(got.ends_with("output\n"));
  CHECK(own.dropped_bytes + got.size() - 7 == 40 * text.size());
  CHECK(own.dropped_lines > 20'000);
  piped.console->leave();
}

TEST_CASE("console: waiting lines do not delay the output, and its last byte is reported") {
  Piped piped(kPage);
  piped.console->join(piped.loop);
  model::ByteSink& output = piped.console->output();
  CHECK(output.idle());
  piped.console->print(numbered_lines(100, 100));
  CHECK(output.idle());
  CHECK_FALSE(piped.console->lines().idle());

  output.write("output\n");
  piped.console->print(numbered_lines(2000, 100));
  CHECK_FALSE(output.idle());
  bool told = false;
  output.on_ready = [&] {
    told = told || output.idle();
    if (told) piped.loop.stop();
  };
  // Reads past the output, but not all of the lines after it.
  std::string taken(piped.held + 60'000, '\0');
  for (std::size_t count = 0; count < taken.size();) {
    const ssize_t got = ::read(piped.ends[0], taken.data() + count, taken.size() - count);
    REQUIRE(got > 0);
    count += static_cast<std::size_t>(got);
  }
  piped.run_for(kFar);
  CHECK(told);
  CHECK_FALSE(piped.console->lines().idle());
  piped.console->leave();
}

TEST_CASE("console: a reader that leaves concerns the output once output is lost") {
  Piped piped(kPage);
  piped.console->join(piped.loop);
  int told = 0;
  int error = 0;
  piped.console->output().on_error = [&](int number) {
    ++told;
    error = number;
    piped.loop.stop();
  };
  piped.close_reader();
  piped.console->print("oversee: nobody reads this\n");
  piped.run_for(100ms);
  CHECK(told == 0);
  piped.console->output().write("output\n");
  piped.run_for(kFar);
  CHECK(error == EPIPE);
  piped.console->output().write("more\n");
  piped.run_for(50ms);
  CHECK(told == 1);
  CHECK(piped.console->finish().dropped_lines == 1);
  piped.console->leave();
}

TEST_CASE("console: on a full file lines are counted, and lost output is reported") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  uv::Loop loop;
  Console console(full);
  console.join(loop);
  int error = 0;
  console.output().on_error = [&](int number) { error = number; };
  console.print("oversee: a line\n");
  CHECK(error == 0);
  console.output().write("output\n");
  CHECK(error == ENOSPC);
  CHECK(console.finish().dropped_lines == 1);
  console.leave();
  ::close(full);
}

TEST_CASE("console: the status line is wiped before other output, and not drawn while bytes wait") {
  Piped piped(kPage);
  piped.console->join(piped.loop);
  piped.console->show_status("status");
  piped.console->print("oversee: a line\n");
  piped.console->show_status("again");
  piped.console->output().write("output\n");
  CHECK(piped.console->finish().dropped_lines == 0);
  CHECK(piped.read_all() == "\rstatus\x1b[K\r\x1b[Koversee: a line\n\ragain\x1b[K\r\x1b[Koutput\n");
  piped.console->leave();

  Piped full(0);
  full.console->join(full.loop);
  full.console->print("oversee: a line\n");
  for (int i = 0; i < 10; ++i) full.console->show_status("status");
  CHECK(full.read_all() == "oversee: a line\n");
  full.console->leave();
}

TEST_CASE("console: the description's flags are unchanged") {
  for (const int flags : {0, O_NONBLOCK}) {
    Piped piped(0);
    REQUIRE(::fcntl(piped.ends[1], F_SETFL, O_WRONLY | flags) == 0);
    const int before = ::fcntl(piped.ends[1], F_GETFL);
    piped.console->join(piped.loop);
    piped.console->print("oversee: a line\n");
    piped.console->output().write("output\n");
    CHECK(::fcntl(piped.ends[1], F_GETFL) == before);
    CHECK(piped.read_all() == "oversee: a line\noutput\n");
    CHECK(::fcntl(piped.ends[1], F_GETFL) == before);
    piped.console->leave();
  }
}

}  // namespace
}  // namespace oversee::cli
