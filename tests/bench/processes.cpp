// Creates processes to stop or to compete with: a tree of sleepers in several shapes, or a busy loop.
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kUsage =
    "usage: processes tree COUNT SHAPE SECONDS WITHIN_MS   fork COUNT sleepers, then sleep\n"
    "       processes spin SECONDS                         keep one core busy\n"
    "SHAPE: group     all in this process's group\n"
    "       sessions  each in a session of its own\n"
    "       daemons   each in a session of its own, and orphaned\n"
    "Nothing lives longer than SECONDS. A tree that is not up WITHIN_MS exits 3: no measurement would come of it.\n";

enum class Shape : unsigned char { group, sessions, daemons };

struct Tree {
  unsigned count;
  Shape shape;
  unsigned seconds;
  std::chrono::milliseconds within;
};

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

std::optional<Shape> parse_shape(std::string_view text) {
  if (text == "group") return Shape::group;
  if (text == "sessions") return Shape::sessions;
  if (text == "daemons") return Shape::daemons;
  return {};
}

// The alarm's default action ends the process, so that survivors of a failed measurement do not stay for ever.
[[noreturn]] void sleep_bounded(unsigned seconds) {
  ::alarm(seconds);
  for (;;) ::pause();
}

[[noreturn]] void become_sleeper(const Tree& tree) {
  if (tree.shape != Shape::group) ::setsid();
  if (tree.shape == Shape::daemons && ::fork() != 0) ::_exit(0);  // any child is an orphan now
  sleep_bounded(tree.seconds);
}

int grow(const Tree& tree) {
  const auto start = Clock::now();
  for (unsigned i = 0; i < tree.count; ++i) {
    const pid_t pid = ::fork();
    if (pid < 0) {
      std::perror("processes: fork");
      return 4;
    }
    if (pid == 0) become_sleeper(tree);
    if (tree.shape == Shape::daemons) ::waitpid(pid, nullptr, 0);
  }
  if (Clock::now() - start > tree.within) return 3;
  sleep_bounded(tree.seconds);
}

int spin(unsigned seconds) {
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  while (Clock::now() < end) {
  }
  return 0;
}

std::optional<Tree> parse_tree(char** words) {
  const auto count = parse_number(words[0]);
  const auto shape = parse_shape(words[1]);
  const auto seconds = parse_number(words[2]);
  const auto within = parse_number(words[3]);
  if (!count || !shape || !seconds || !within) return {};
  return Tree{*count, *shape, *seconds, std::chrono::milliseconds(*within)};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "tree" && argc == 6) {
    if (const auto tree = parse_tree(argv + 2)) return grow(*tree);
  }
  if (mode == "spin" && argc == 3) {
    if (const auto seconds = parse_number(argv[2])) return spin(*seconds);
  }
  std::fputs(kUsage.data(), stderr);
  return 2;
}
