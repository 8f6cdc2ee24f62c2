// Tests that our children are found without /proc, by pid.
#include "os/own_children.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <vector>

namespace oversee::os {
namespace {

bool holds(const std::vector<pid_t>& list, pid_t pid) { return std::ranges::find(list, pid) != list.end(); }

pid_t start_child(bool ends) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!ends) ::pause();
    ::_exit(0);
  }
  return child;
}

TEST_CASE("own children: lists live ones and zombies, each once, until they are reaped") {
  const pid_t living = start_child(false);
  const pid_t ended = start_child(true);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(ended), &info, WEXITED | WNOWAIT) == 0);
  const auto found = find_children();
  CHECK(holds(found, living));
  CHECK(holds(found, ended));
  CHECK(std::ranges::count(found, living) == 1);
  CHECK_FALSE(holds(found, ::getpid()));
  CHECK_FALSE(holds(found, ::getppid()));
  ::kill(living, SIGKILL);
  CHECK(::waitpid(living, nullptr, 0) == living);
  CHECK(::waitpid(ended, nullptr, 0) == ended);
  const auto left = find_children();
  CHECK_FALSE(holds(left, living));
  CHECK_FALSE(holds(left, ended));
}

TEST_CASE("own children: listing leaves no child behind, and a wait for children does not meet one") {
  const pid_t living = start_child(false);
  const auto before = find_children();
  CHECK(find_children() == before);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == 0);
  ::kill(living, SIGKILL);
  CHECK(::waitpid(living, nullptr, 0) == living);
}

}  // namespace
}  // namespace oversee::os
