// Tests that a process waiting to read a terminal is recognized, and only such a process.
#include "os/terminal_readers.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "forked.hpp"
#include "os/pseudo_terminal.hpp"
#include "os/terminal.hpp"

namespace oversee::os {
namespace {

using namespace std::chrono_literals;

// Whether a child that runs `doing` is found to be waiting, or not, as expected.
bool is_found(Waiting expected, const std::function<void(int slave)>& doing) {
  auto pair = open_pseudo_terminal({});
  REQUIRE(pair.has_value());
  const int slave = pair->slave.get();
  const pid_t child = fork_child([&] {
    doing(slave);
    return 0;
  });
  TerminalReaders readers(device_of(slave), ::getpid());
  bool found = false;
  // A process that never waits needs only a few polls to be sure.
  const auto end = std::chrono::steady_clock::now() + (expected == Waiting::yes ? 20s : 100ms);
  while (!found && std::chrono::steady_clock::now() < end) {
    found = readers.look() == Waiting::yes;
    std::this_thread::sleep_for(1ms);
  }
  ::kill(child, SIGKILL);
  (void)status_of(child);
  return found == (expected == Waiting::yes);
}

TEST_CASE("terminal readers: a process that waits to read is found") {
  CHECK(is_found(Waiting::yes, [](int slave) {
    char byte = 0;
    (void)!::read(slave, &byte, 1);
  }));
  CHECK(is_found(Waiting::yes, [](int slave) {
    pollfd both[2] = {{-1, POLLIN, 0}, {slave, POLLIN, 0}};
    ::poll(both, 2, -1);
  }));
  CHECK(is_found(Waiting::yes, [](int slave) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(slave, &set);
    ::select(slave + 1, &set, nullptr, nullptr, nullptr);
  }));
  CHECK(is_found(Waiting::yes, [](int slave) {
    const int epoll = ::epoll_create1(0);
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, slave, &event);
    ::epoll_wait(epoll, &event, 1, -1);
  }));
  CHECK(is_found(Waiting::yes, [](int slave) {
    std::thread([slave] {
      char byte = 0;
      (void)!::read(slave, &byte, 1);
    }).join();
  }));
}

TEST_CASE("terminal readers: a process that does anything else is not") {
  CHECK(is_found(Waiting::no, [](int) { wait_to_be_killed(); }));
  CHECK(is_found(Waiting::no, [](int) {
    int ends[2];
    char byte = 0;
    (void)!::pipe(ends);
    (void)!::read(ends[0], &byte, 1);
  }));
  CHECK(is_found(Waiting::no, [](int slave) {
    pollfd hang_up{slave, 0, 0};
    ::poll(&hang_up, 1, -1);
  }));
  CHECK(is_found(Waiting::no, [](int) {
    const auto other = open_pseudo_terminal({});
    char byte = 0;
    (void)!::read(other->slave.get(), &byte, 1);
  }));
}

}  // namespace
}  // namespace oversee::os
