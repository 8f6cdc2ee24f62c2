// hydra HEADS CAP FILE: starts HEADS processes, each in its own session and ignoring TERM. Each starts a new process
// whenever it sees one die (the root, its parent, or its child), until CAP have been started; FILE holds their number
// as a native int. Prints "ready" once all heads watch.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <csignal>
#include <vector>

#include "helper.hpp"

namespace {

struct Shared {
  std::atomic<int> started;
  std::atomic<int> watching;
};

Shared* shared;
int cap;

int watch(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

[[noreturn]] void live(std::vector<int> deaths);

// Returns a descriptor that reports the death of the new process.
int grow(const std::vector<int>& others) {
  if (shared->started.fetch_add(1) >= cap) {
    shared->started.fetch_sub(1);
    return -1;
  }
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int each : others) ::close(each);
    live({watch(parent)});
  }
  return child < 0 ? -1 : watch(child);
}

void live(std::vector<int> deaths) {
  helper::bound_life();
  ::setsid();
  ++shared->watching;
  while (true) {
    std::vector<pollfd> watched;
    for (const int each : deaths) watched.push_back({each, POLLIN, 0});
    if (::poll(watched.data(), watched.size(), -1) <= 0) continue;
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].revents == 0) continue;
      ::close(deaths[i]);
      deaths[i] = -1;  // poll skips it
      deaths.push_back(grow(deaths));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 4) helper::give_up();
  const int heads = helper::number(argv[1]);
  cap = helper::number(argv[2]);
  std::signal(SIGTERM, SIG_IGN);
  const int file = ::open(argv[3], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ::ftruncate(file, sizeof(Shared)) != 0) helper::give_up();
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) helper::give_up();
  shared = new (memory) Shared{};
  std::vector<int> deaths;
  for (int i = 0; i < heads; ++i) deaths.push_back(grow(deaths));
  while (shared->watching < heads) ::usleep(1000);
  helper::say("ready\n");
  live(std::move(deaths));
}
