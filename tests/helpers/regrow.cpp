// regrow COUNT MOST PAUSE_US: COUNT processes, each in its own session and ignoring TERM. Every PAUSE_US each checks a
// random other one and restarts it if it is dead, until MOST have been started. A single survivor restores all, and
// they use most of the CPU time. Prints "ready" once all run.
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <csignal>

#include "helper.hpp"

namespace {

constexpr int kMost = 4096;
constexpr int kTaken = -1;  // being started

struct Shared {
  std::atomic<int> started;
  std::array<std::atomic<int>, kMost> pids;
};

Shared* shared;
int count;
int most;
int pause_us;

[[noreturn]] void live(int place);

bool is_dead(int pid) { return pid == 0 || (pid != kTaken && ::kill(pid, 0) != 0); }

void start_anew(int place) {
  std::atomic<int>& its = shared->pids.at(static_cast<std::size_t>(place));
  int pid = its;
  if (!is_dead(pid) || !its.compare_exchange_strong(pid, kTaken)) return;
  if (shared->started.fetch_add(1) >= most) helper::sleep_until_killed();
  const pid_t child = ::fork();
  if (child == 0) live(place);
  if (child < 0) its = 0;
}

void live(int place) {
  helper::bound_life();
  ::setsid();
  shared->pids.at(static_cast<std::size_t>(place)) = ::getpid();
  for (auto chance = static_cast<unsigned>(::getpid());; chance = chance * 1664525U + 1013904223U) {
    ::usleep(static_cast<useconds_t>(pause_us));
    start_anew(static_cast<int>((chance >> 8U) % static_cast<unsigned>(count)));
  }
}

bool all_run() {
  for (int i = 1; i < count; ++i) {
    if (shared->pids.at(static_cast<std::size_t>(i)) <= 0) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 4) helper::give_up();
  count = helper::number(argv[1]);
  most = helper::number(argv[2]);
  pause_us = helper::number(argv[3]);
  if (count > kMost) helper::give_up();
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGCHLD, SIG_IGN);
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) helper::give_up();
  shared = new (memory) Shared{};
  shared->started = count;
  for (int i = 1; i < count; ++i) {
    const pid_t child = ::fork();
    if (child == 0) live(i);
    if (child < 0) helper::give_up();
  }
  while (!all_run()) ::usleep(1000);
  helper::say("ready\n");
  live(0);
}
