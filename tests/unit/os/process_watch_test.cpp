// Tests the watch over a process: its end is seen whether or not it is reaped, and so is the end of a pipe's reader.
#include "os/process_watch.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "forked.hpp"
#include "os/signals.hpp"

namespace oversee::os {
namespace {

using namespace std::chrono_literals;

struct Child {
  pid_t pid = fork_child([] {
    wait_to_be_killed();
    return 0;
  });
  bool reaped = false;

  void reap() {
    if (!reaped) ::waitpid(pid, nullptr, 0);
    reaped = true;
  }
  ~Child() {
    if (!reaped) ::kill(pid, SIGKILL);
    reap();
  }
};

TEST_CASE("process watch: a live process has not ended, a killed one has, before and after it is reaped") {
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  Child child;
  const ProcessWatch watch(child.pid);
  CHECK_FALSE(watch.wait(1ms, null.get()));
  ::kill(child.pid, SIGKILL);
  CHECK(watch.wait(20s, null.get()));
  CHECK(ProcessWatch(child.pid).wait(20s, null.get()));
  child.reap();
  CHECK(watch.wait(20s, null.get()));
  CHECK(ProcessWatch(child.pid).wait(20s, null.get()));
  CHECK(ProcessWatch(0).wait(20s, null.get()));
  CHECK(ProcessWatch(-1).wait(20s, null.get()));
}

TEST_CASE("process watch: a pipe without a reader ends the wait") {
  Child child;
  const ProcessWatch watch(child.pid);
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  CHECK_FALSE(nobody_reads(pipe->writer.get()));
  pipe->reader.reset();
  CHECK(nobody_reads(pipe->writer.get()));
  CHECK_FALSE(watch.wait(1h, pipe->writer.get()));
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  CHECK_FALSE(nobody_reads(null.get()));
}

TEST_CASE("process watch: a cancel is marked as one, by the pidfd and without it") {
  auto watch = SignalWatch::open(signal_bit(SIGHUP), {});
  REQUIRE(watch.has_value());
  const auto next = [&] {
    const auto signal = watch->next();
    REQUIRE(signal.has_value());
    CHECK(signal->number == SIGHUP);
    CHECK(signal->sender == ::getpid());
    CHECK_FALSE(signal->from_terminal);
    return *signal;
  };
  CHECK(ProcessWatch(::getpid()).cancel(SIGHUP));
  CHECK(next().is_cancel);
  CHECK(send_cancel(::getpid(), -1, SIGHUP));
  const ReceivedSignal received = next();
  CHECK(received.is_cancel);
  pass_on(::getpid(), received);
  CHECK(next().is_cancel);
  ::kill(::getpid(), SIGHUP);
  CHECK_FALSE(next().is_cancel);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

TEST_CASE("HUP: from a program it asks for a reload where there is no terminal, marked or by the kernel never") {
  struct Case {
    ReceivedSignal signal;
    bool reload;
  };
  for (const Case& c : {Case{{.number = SIGHUP, .sender = 7}, true}, Case{{.number = SIGTERM, .sender = 7}, false},
                        Case{{.number = SIGHUP, .from_terminal = true}, false},
                        Case{{.number = SIGHUP, .sender = 7, .is_cancel = true}, false}}) {
    CHECK(asks_for_reload(c.signal, true) == c.reload);
    CHECK_FALSE(asks_for_reload(c.signal, false));
  }
  CHECK(hup_is_reload(false));
  CHECK(hup_is_reload(true) == (::getpid() == 1));
}

}  // namespace
}  // namespace oversee::os
