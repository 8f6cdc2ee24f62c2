// Tests lines of /proc/PID/stat, made up and real.
#include "os/process_stat.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "forked.hpp"

namespace oversee::os {
namespace {

using namespace std::chrono_literals;

TEST_CASE("stat: a name may contain anything, and the fields after it are found") {
  const auto stat = parse_process_stat(
      "4312 (a) R (b) S 77 4312 5866 0 -1 4194308 132 0 0 0 120 30 200 50 20 0 4 0 97209 2990080 422 "
      "18446744073709551615");
  REQUIRE(stat.has_value());
  CHECK(stat->name == "a) R (b");
  CHECK(stat->state == 'S');
  CHECK(stat->parent == 77);
  CHECK(stat->group == 4312);
  CHECK(stat->foreground == -1);
  CHECK(stat->exiting);
  CHECK(stat->cpu == 1500ms);
  CHECK(stat->waited_cpu == 2500ms);
  CHECK(stat->threads == 4);
  CHECK(stat->born == 972'090ms);
  CHECK(stat->rss_bytes == 422UL * static_cast<unsigned long>(::sysconf(_SC_PAGESIZE)));
}

TEST_CASE("stat: invalid text is refused") {
  for (const char* text : {"", "4312", "4312 (x", "4312 (x)", "4312 )x( S 77", "4312 (x) S 77 1 2 3"}) {
    CHECK_FALSE(parse_process_stat(text).has_value());
  }
}

TEST_CASE("stat: of this process, of a zombie, of a missing process") {
  const auto self = process_stat(::getpid());
  REQUIRE(self.has_value());
  CHECK(self->parent == ::getppid());
  CHECK(self->group == ::getpgrp());
  CHECK(self->rss_bytes > 0);
  CHECK(self->born > 0s);
  CHECK_FALSE(self->exiting);

  const pid_t child = fork_child([] { return 0; });
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  const auto zombie = process_stat(child);
  REQUIRE(zombie.has_value());
  CHECK(zombie->state == 'Z');
  CHECK(zombie->exiting);
  CHECK(zombie->rss_bytes == 0);
  CHECK(zombie->parent == ::getpid());
  (void)status_of(child);
  CHECK_FALSE(process_stat(child).has_value());
}

}  // namespace
}  // namespace oversee::os
