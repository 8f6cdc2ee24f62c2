// What every helper program does: end in time whatever happens, say things at once, read its arguments.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace helper {

// No process of a test outlives it for longer; a fork loses the alarm, so that each process sets its own.
inline constexpr unsigned kLongestLife = 60;
inline void bound_life() { ::alarm(kLongestLife); }

[[noreturn]] inline void sleep_until_killed() {
  bound_life();
  for (;;) ::pause();
}

// Bad use of a helper, or a failed system call: not what any test expects of one.
[[noreturn]] inline void give_up() { ::_exit(99); }

// Unbuffered, so that what was said has been said.
inline void say(std::string_view text, int fd = STDOUT_FILENO) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) give_up();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

inline int number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) give_up();
  return value;
}

}  // namespace helper
