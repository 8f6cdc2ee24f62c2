// Tests the usage of a process: its CPU time with its children's, its memory, its name, and missing processes.
#include "os/process_usage.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#include <cstring>
#include <string>

#include "forked.hpp"

namespace oversee::os {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMiB = 1 << 20;

void burn(model::Duration time) {
  timespec used{};
  do {
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  } while (std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec) < time);
}

// A child that runs the function, reports it, and lives until the end of the test.
class Living {
 public:
  template <class Run>
  explicit Living(Run run) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = fork_child([&]() -> int {
      run();
      tell(ends[1], 'x');
      wait_to_be_killed();
    });
    CHECK(hear<char>(ends[0]) == 'x');
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Living(const Living&) = delete;
  Living& operator=(const Living&) = delete;
  ~Living() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

TEST_CASE("process usage: CPU time includes that of reaped children") {
  const Living one([] { burn(60ms); });
  CHECK(process_usage(one.pid()).value().cpu >= 50ms);  // counted in steps of 10 ms
  CHECK(process_usage(one.pid()).value().cpu < 5s);
  const Living parent([] { exit_of([] { return burn(60ms), 0; }); });
  CHECK(process_usage(parent.pid()).value().cpu >= 50ms);
  const Living idle([] {});
  CHECK(process_usage(idle.pid()).value().cpu < 50ms);
}

void* fill(std::size_t size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) ::_exit(99);
  return std::memset(memory, 1, size);
}

TEST_CASE("process usage: shared memory counts whole as resident, and shared in proportion") {
  const Living alone([] { fill(32 * kMiB); });
  CHECK(process_usage(alone.pid()).value().resident_bytes >= 32 * kMiB);
  CHECK(proportional_memory(alone.pid()).value() >= 32 * kMiB);

  const std::uint64_t without = proportional_memory(Living([] {}).pid()).value();  // large under a sanitizer
  void* shared = fill(32 * kMiB);
  {
    const Living child([] {});
    CHECK(process_usage(child.pid()).value().resident_bytes >= 32 * kMiB);
    CHECK(proportional_memory(child.pid()).value() >= 16 * kMiB);
    CHECK(proportional_memory(child.pid()).value() < without + 26 * kMiB);
  }
  ::munmap(shared, 32 * kMiB);
}

TEST_CASE("process usage: a name that looks like fields does not shift them") {
  const Living named([] {
    ::prctl(PR_SET_NAME, "a) R 1 (2 3");
    burn(60ms);
  });
  CHECK(short_name(named.pid()) == "a) R 1 (2 3");
  CHECK(process_usage(named.pid()).value().cpu >= 50ms);
  CHECK(process_usage(named.pid()).value().cpu < 5s);
}

TEST_CASE("process usage: a missing process has none, a zombie has no memory") {
  pid_t gone = -1;
  {
    const Living was([] {});
    gone = was.pid();
    ::kill(gone, SIGKILL);
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(gone), &info, WEXITED | WNOWAIT) == 0);
    CHECK(process_usage(gone).value().resident_bytes == 0);
    CHECK_FALSE(proportional_memory(gone).has_value());
  }
  CHECK_FALSE(process_usage(gone).has_value());
  CHECK_FALSE(proportional_memory(gone).has_value());
  CHECK(short_name(gone) == "?");
}

TEST_CASE("process usage: the machine has processors and a count of kills for lack of memory that never falls") {
  CHECK(processors() >= 1);
  const auto before = out_of_memory_kills();
  const auto after = out_of_memory_kills();
  CHECK(before.has_value() == after.has_value());
  if (before && after) CHECK(*after >= *before);
}

}  // namespace
}  // namespace oversee::os
