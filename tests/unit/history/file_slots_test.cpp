// Tests slots: never more holders than allowed, first come first served, and no slot lost to a dead process.
#include "history/file_slots.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>
#include <vector>

#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

using Turn = model::SlotQueue::Turn;
using namespace std::chrono_literals;

struct Place {
  TemporaryDirectory parent;
  RunDirectory directory = std::move(*RunDirectory::open(parent.path(), ::geteuid()));

  std::unique_ptr<FileSlots> slots(std::uint64_t most, model::WhenFull when_full = model::WhenFull::wait,
                                   std::string run_id = "20261123-121659-aaaa") const {
    auto opened = FileSlots::open(directory, {.group = "g", .most = most, .when_full = when_full});
    REQUIRE(opened);
    (*opened)->name_run(std::move(run_id));
    return std::move(*opened);
  }
};

// Another process may hold the mutex for a moment.
Turn look(FileSlots& slots) {
  while (true) {
    const auto turn = slots.look();
    REQUIRE(turn);
    if (*turn != Turn::busy) return *turn;
  }
}

TEST_CASE("slots: a group name cannot leave the directory or equal another's") {
  CHECK(slots_file_name("db-1_x") == "slots-db-1_x");
  CHECK(slots_file_name("../a b") == "slots-%2E%2E%2Fa%20b");
  CHECK(slots_file_name("%41") == "slots-%2541");
  CHECK(slots_file_name("\xC3\xA4") == "slots-%C3%A4");
}

TEST_CASE("slots: up to the limit are given") {
  const Place place;
  const auto first = place.slots(2);
  const auto second = place.slots(2);
  const auto third = place.slots(2);
  CHECK(look(*first) == Turn::taken);
  CHECK(look(*first) == Turn::taken);
  CHECK(first->held() >= 0);
  CHECK(look(*second) == Turn::taken);
  CHECK(look(*third) == Turn::first);
  CHECK(third->held() == -1);
  first->leave();
  CHECK(look(*third) == Turn::taken);
  CHECK(first->held() == -1);
}

TEST_CASE("slots: given in order of arrival") {
  const Place place;
  const auto holder = place.slots(1);
  const auto first = place.slots(1);
  const auto second = place.slots(1);
  REQUIRE(look(*holder) == Turn::taken);
  CHECK(look(*first) == Turn::first);
  CHECK(look(*second) == Turn::behind);
  CHECK(second->standing().before == 1);
  holder->leave();
  CHECK(look(*second) == Turn::behind);
  CHECK(look(*place.slots(1)) == Turn::behind);
  CHECK(look(*first) == Turn::taken);
  CHECK(look(*second) == Turn::first);
  // A run that leaves the queue and returns is last.
  const auto third = place.slots(1);
  CHECK(look(*third) == Turn::behind);
  second->leave();
  CHECK(look(*second) == Turn::behind);
  CHECK(look(*third) == Turn::first);
}

TEST_CASE("slots: a run with a smaller limit waits for more slots") {
  const Place place;
  const auto first = place.slots(3);
  const auto second = place.slots(3);
  const auto narrow = place.slots(2, model::WhenFull::fail);
  REQUIRE(look(*first) == Turn::taken);
  REQUIRE(look(*second) == Turn::taken);
  CHECK(look(*narrow) == Turn::full);
  CHECK(look(*place.slots(3, model::WhenFull::fail)) == Turn::taken);  // leaves at once
  first->leave();
  CHECK(look(*narrow) == Turn::taken);
}

TEST_CASE("slots: a run that may not wait takes no slot from waiting runs") {
  const Place place;
  const auto holder = place.slots(2);
  const auto narrow = place.slots(1);
  REQUIRE(look(*holder) == Turn::taken);
  REQUIRE(look(*narrow) == Turn::first);
  CHECK(look(*place.slots(2, model::WhenFull::fail)) == Turn::full);
  CHECK(look(*place.slots(3, model::WhenFull::fail)) == Turn::taken);
}

TEST_CASE("slots: the holders are reported") {
  const Place place;
  const auto first = place.slots(2, model::WhenFull::wait, "20261123-121659-bbbb");
  const auto second = place.slots(2, model::WhenFull::wait, "20261123-121659-aaaa");
  REQUIRE(look(*first) == Turn::taken);
  REQUIRE(look(*second) == Turn::taken);
  const auto standing = place.slots(2)->standing();
  CHECK(standing.holders == std::vector<std::string>{"20261123-121659-aaaa", "20261123-121659-bbbb"});
  CHECK(describe(standing) == "2 of 2 are taken (by 20261123-121659-aaaa, 20261123-121659-bbbb)");
}

TEST_CASE("slots: the description of a standing") {
  model::SlotStanding standing{.group = "g", .most = 1, .running = 1, .before = 0, .holders = {}};
  CHECK(describe(standing) == "1 of 1 is taken");
  standing = {.group = "g", .most = 4, .running = 4, .before = 1, .holders = {"a"}};
  CHECK(describe(standing) == "4 of 4 are taken (by a and 3 more), 1 run waits before it");
  standing = {.group = "g", .most = 4, .running = 4, .before = 3, .holders = {}};
  CHECK(describe(standing) == "4 of 4 are taken, 3 runs wait before it");
}

TEST_CASE("slots: a run is notified when the one ahead has left") {
  const Place place;
  const auto holder = place.slots(1);
  const auto first = place.slots(1);
  const auto second = place.slots(1);
  REQUIRE(look(*holder) == Turn::taken);
  REQUIRE(look(*first) == Turn::first);
  REQUIRE(look(*second) == Turn::behind);
  std::thread waiter(second->wait_for_next());
  first->leave();
  waiter.join();
  CHECK(look(*second) == Turn::first);
}

// A child that takes a slot, reports it, and waits to be killed.
struct Child {
  pid_t pid;
  os::UniqueFd said;
};

Child start_holder(const Place& place, std::uint64_t most) {
  auto pipe = os::make_pipe();
  REQUIRE(pipe);
  const pid_t pid = ::fork();
  if (pid == 0) {
    auto slots = FileSlots::open(place.directory, {.group = "g", .most = most});
    if (!slots) ::_exit(1);
    while (true) {
      const auto turn = (*slots)->look();
      if (!turn) ::_exit(1);
      if (*turn == Turn::taken) break;
      std::this_thread::sleep_for(1ms);
    }
    (void)!::write(pipe->writer.get(), "x", 1);
    ::pause();
    ::_exit(1);
  }
  REQUIRE(pid > 0);
  return {pid, std::move(pipe->reader)};
}

void wait_for_word(const Child& child) {
  char word = 0;
  REQUIRE(::read(child.said.get(), &word, 1) == 1);
}

void kill_and_reap(const Child& child) {
  ::kill(child.pid, SIGKILL);
  ::waitpid(child.pid, nullptr, 0);
}

TEST_CASE("slots: a dead process holds no slot, and its death is noticed") {
  const Place place;
  const Child holder = start_holder(place, 1);
  wait_for_word(holder);
  const auto slots = place.slots(1);
  REQUIRE(look(*slots) == Turn::first);
  const int news = slots->news();
  kill_and_reap(holder);
  CHECK(look(*slots) == Turn::taken);
  if (news >= 0) {
    pollfd watched{news, POLLIN, 0};
    CHECK(::poll(&watched, 1, 0) == 1);
  }
}

TEST_CASE("slots: a dead process does not block the queue") {
  const Place place;
  // In another process, because in this one its slot would be shared with us.
  const Child holder = start_holder(place, 1);
  wait_for_word(holder);
  const Child dead = start_holder(place, 1);
  while (place.slots(1)->standing().before == 0) std::this_thread::sleep_for(1ms);
  const auto slots = place.slots(1);
  REQUIRE(look(*slots) == Turn::behind);
  kill_and_reap(dead);
  CHECK(look(*slots) == Turn::first);
  kill_and_reap(holder);
  CHECK(look(*slots) == Turn::taken);
}

TEST_CASE("slots: a nested run shares its ancestor's slot") {
  const Place place;
  const auto outer = place.slots(1, model::WhenFull::wait, "20261123-121659-bbbb");
  REQUIRE(look(*outer) == Turn::taken);
  const pid_t pid = ::fork();
  if (pid == 0) {
    auto slots = FileSlots::open(place.directory, {.group = "g", .most = 1, .when_full = model::WhenFull::fail});
    const bool shared = slots && (*slots)->look() == Turn::taken && (*slots)->shared_with() == "20261123-121659-bbbb";
    ::_exit(shared ? 0 : 1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("slots: never more holders than allowed, in any interleaving") {
  const Place place;
  constexpr int kThreads = 16;
  constexpr int kRounds = 25;
  constexpr int kMost = 3;
  std::atomic<int> holders = 0;
  std::atomic<int> most = 0;
  std::atomic<int> served = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        auto slots = FileSlots::open(place.directory, {.group = "g", .most = kMost});
        if (!slots) return;
        while (true) {
          const auto turn = (*slots)->look();
          if (!turn) return;
          if (*turn == Turn::taken) break;
          if (*turn == Turn::behind) (*slots)->wait_for_next()();
          std::this_thread::yield();
        }
        const int now = ++holders;
        for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
        }
        std::this_thread::yield();
        --holders;
        ++served;
        (*slots)->leave();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(served == kThreads * kRounds);
  CHECK(most <= kMost);
  CHECK(most > 1);
}

}  // namespace
}  // namespace oversee::history
