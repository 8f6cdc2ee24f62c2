// Common code of the helper programs: a bounded life, unbuffered output, parsing of arguments.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <new>
#include <string_view>

namespace helper {

// Bounds the life of every process of a test. fork() drops the alarm, so each process must set its own.
inline constexpr unsigned kLongestLife = 60;
inline void bound_life() { ::alarm(kLongestLife); }

[[noreturn]] inline void sleep_until_killed() {
  bound_life();
  for (;;) ::pause();
}

// For wrong arguments or a failed system call; no test expects this exit code.
[[noreturn]] inline void give_up() { ::_exit(99); }

// Unbuffered, so that a reader gets the text at once.
inline void say(std::string_view text, int fd = STDOUT_FILENO) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) give_up();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// A counter shared by this process and all processes forked from it.
inline std::atomic<int>& shared_counter() {
  void* memory = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) give_up();
  return *new (memory) std::atomic<int>(0);
}

inline int number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) give_up();
  return value;
}

}  // namespace helper
