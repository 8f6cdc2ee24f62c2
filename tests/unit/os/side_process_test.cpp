// Tests side processes: they share memory, optionally share files, and delay no process's end.
#include "os/side_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "forked.hpp"
#include "os/descriptor.hpp"
#include "os/last_words.hpp"
#include "os/process_tree.hpp"

namespace oversee::os {
namespace {

using namespace std::chrono_literals;

TEST_CASE("side process: shares memory but is a separate process") {
  CHECK(exit_of([] {
          std::atomic<pid_t> pid = 0;
          std::atomic<bool> met = false;
          SideProcess side;
          if (!side.start(SideProcess::Files::listed, {}, [&] {
                pid = ::getpid();
                met = is_side_process(::getpid());
              })) {
            return 1;
          }
          if (!side.wait(20s)) return 2;
          return pid != 0 && pid != ::getpid() ? 0 : 3;
        }) == 0);
}

TEST_CASE("side process: opens files here if descriptors are shared") {
  CHECK(exit_of([] {
          std::atomic<int> fd = -1;
          SideProcess side;
          side.start(SideProcess::Files::ours, {}, [&] { fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC); });
          if (!side.wait(20s)) return 1;
          return ::fcntl(fd, F_GETFD) >= 0 ? 0 : 2;
        }) == 0);
}

TEST_CASE("side process: keeps only the listed descriptors open") {
  CHECK(exit_of([] {
          auto kept = make_pipe();
          auto other = make_pipe();
          std::atomic<int> result = -1;
          SideProcess side;
          side.start(SideProcess::Files::listed, {kept->writer.get()}, [&, fd = other->writer.get()] {
            result = (::fcntl(kept->writer.get(), F_GETFD) >= 0 ? 0 : 1) + (::fcntl(fd, F_GETFD) < 0 ? 0 : 2) +
                     (::fcntl(STDOUT_FILENO, F_GETFD) < 0 ? 0 : 4);
          });
          if (!side.wait(20s)) return 99;
          return result.load();
        }) == 0);
}

// Hangs until the test kills it.
void hang(int ready) {
  tell(ready, ::getpid());
  wait_to_be_killed();
}

TEST_CASE("side process: a hanging one delays neither us nor a process that waits for our end") {
  auto ready = make_pipe();
  REQUIRE(ready.has_value());
  const pid_t front = fork_child([&] {
    SideProcess side;
    side.start(SideProcess::Files::listed, {ready->writer.get()}, [&] { hang(ready->writer.get()); });
    return side.wait(50ms) ? 1 : 0;
  });
  const auto hanging = hear<pid_t>(ready->reader.get());
  CHECK(status_of(front) == 0);
  CHECK(::kill(hanging, SIGKILL) == 0);  // it is alive, with HUP blocked
  ready->writer.reset();
  pollfd end{ready->reader.get(), POLLIN, 0};
  CHECK(::poll(&end, 1, 20'000) == 1);
}

TEST_CASE("side process: keeps no pipe open once the front has closed all descriptors") {
  auto ready = make_pipe();
  auto output = make_pipe();
  REQUIRE((ready.has_value() && output.has_value()));
  const pid_t front = fork_child([&] {
    SideProcess side;
    side.start(SideProcess::Files::ours, {}, [&] { hang(ready->writer.get()); });
    (void)hear<pid_t>(ready->reader.get());
    close_all_descriptors();
    return 0;
  });
  output->writer.reset();
  char byte = 0;
  CHECK(::read(output->reader.get(), &byte, 1) == 0);
  CHECK(status_of(front) == 0);  // the process dies with the front
}

TEST_CASE("side process: notices the death of its creator") {
  auto said = make_pipe();
  auto go = make_pipe();
  REQUIRE((said.has_value() && go.has_value()));
  const pid_t front = fork_child([&] {
    SideProcess side;
    side.start(SideProcess::Files::listed, {said->writer.get(), go->reader.get()}, [&] {
      tell(said->writer.get(), SideProcess::orphaned());
      (void)hear<char>(go->reader.get());
      tell(said->writer.get(), SideProcess::orphaned());
    });
    wait_to_be_killed();
    return 0;
  });
  CHECK_FALSE(hear<bool>(said->reader.get()));
  ::kill(front, SIGKILL);
  (void)status_of(front);
  tell(go->writer.get(), 'x');
  CHECK(hear<bool>(said->reader.get()));
}

TEST_CASE("files that cannot hang: those in memory") {
  const UniqueFd memory(::open("/dev/shm", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (memory) CHECK_FALSE(can_hang(memory.get()));
  const UniqueFd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (proc) CHECK(can_hang(proc.get()));
}

TEST_CASE("side process: a thread that aborts once all descriptors are closed does not decide the exit status") {
  for (const bool closes : {true, false}) {
    const pid_t front = fork_child([&] {
      say_last_words(125);
      if (closes) close_all_descriptors();
      ::close(STDERR_FILENO);  // the words of the negative control
      std::thread([] { std::abort(); }).detach();
      if (!closes) wait_to_be_killed();  // the abort ends it
      ::usleep(100'000);                 // enough for the abort; less would only miss a fault
      return 3;
    });
    CHECK(WEXITSTATUS(status_of(front)) == (closes ? 3 : 125));
  }
}

// A kill would stop it, and with its entry made in between not kill it.
TEST_CASE("side process: none is ever listed as a descendant") {
  // In a process of its own: other tests leave children behind. Fewer rounds on a busy machine, where each takes long.
  CHECK(exit_of([] {
          const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(10);
          for (int round = 0; round < 300 && (round < 20 || std::chrono::steady_clock::now() < late); ++round) {
            SideProcess process;
            if (!process.start(SideProcess::Files::ours, {}, [] {})) return 1;
            while (!process.wait({})) {
              for (const Descendant& each : list_descendants()) {
                if (::kill(each.pid, 0) == 0) return 2;  // else it is gone since it was listed
              }
            }
          }
          return 0;
        }) == 0);
}

}  // namespace
}  // namespace oversee::os
