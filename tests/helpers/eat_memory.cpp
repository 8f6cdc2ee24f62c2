// eat_memory MIB [PROCESSES [shared]]: fills memory and keeps it. Each process fills MIB, prints "ready PID" and
// sleeps. With shared the first process fills it, and the others are forked afterwards.
#include <sys/mman.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "helper.hpp"

namespace {

constexpr std::size_t kMiB = 1024 * 1024;

// Protects the machine if the limit under test does not work.
constexpr int kMostMiB = 512;

char* fill(int mebibytes) {
  const std::size_t size = static_cast<std::size_t>(mebibytes) * kMiB;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) helper::give_up();
  std::memset(memory, 1, size);
  return static_cast<char*>(memory);
}

[[noreturn]] void keep() {
  helper::say("ready " + std::to_string(::getpid()) + "\n");
  helper::sleep_until_killed();
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc < 2) helper::give_up();
  const int mebibytes = helper::number(argv[1]);
  const int processes = argc > 2 ? helper::number(argv[2]) : 1;
  const bool shared = argc > 3;
  if (mebibytes * (shared ? 1 : processes) > kMostMiB || processes > 20) helper::give_up();
  if (shared) fill(mebibytes);
  for (int i = 1; i < processes; ++i) {
    if (::fork() != 0) continue;
    helper::bound_life();
    if (!shared) fill(mebibytes);
    keep();
  }
  if (!shared) fill(mebibytes);
  keep();
}
