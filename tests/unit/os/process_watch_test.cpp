// Tests the watch over a process: its end is seen whether or not it is reaped, and so is the end of a pipe's reader.
#include "os/process_watch.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include "forked.hpp"

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

}  // namespace
}  // namespace oversee::os
