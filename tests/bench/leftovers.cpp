// Finds, counts, reaps and kills the descendants of this process.
#include "leftovers.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Short compared with the measured times, long compared with the cost of a poll.
constexpr std::chrono::microseconds kPause{500};

void append_children(pid_t parent, std::vector<pid_t>& list) {
  std::error_code error;
  const std::filesystem::path tasks = "/proc/" + std::to_string(parent) + "/task";
  for (std::filesystem::directory_iterator task(tasks, error), end; !error && task != end; task.increment(error)) {
    std::ifstream children(task->path() / "children");
    for (pid_t pid = 0; children >> pid;) list.push_back(pid);
  }
}

// A zombie is dead and only waits to be reaped. The state follows the last bracket (proc(5)).
bool is_alive(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(file, stat);
  const std::size_t bracket = stat.rfind(')');
  if (bracket == std::string::npos || bracket + 2 >= stat.size()) return false;
  const char state = stat[bracket + 2];
  return state != 'Z' && state != 'X';
}

unsigned count_live_descendants() {
  std::vector<pid_t> list;
  append_children(::getpid(), list);
  for (std::size_t next = 0; next < list.size(); ++next) append_children(list[next], list);
  return static_cast<unsigned>(std::ranges::count_if(list, is_alive));
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

// Reaps ended children. Returns false when no child is left.
bool reap_ended(rusage* usage) {
  for (;;) {
    int status = 0;
    rusage used{};
    const pid_t pid = ::wait4(-1, &status, WNOHANG, &used);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return pid == 0;
    if (usage != nullptr) add_usage(*usage, used);
  }
}

}  // namespace

void add_usage(rusage& sum, const rusage& usage) {
  timeradd(&sum.ru_utime, &usage.ru_utime, &sum.ru_utime);
  timeradd(&sum.ru_stime, &usage.ru_stime, &sum.ru_stime);
  sum.ru_maxrss = std::max(sum.ru_maxrss, usage.ru_maxrss);
}

Leftovers clear_leftovers(milliseconds grace, rusage& usage) {
  Leftovers left{.alive = 0, .survivors = 0, .emptied = Clock::now()};
  if (!has_children()) return left;
  left.alive = count_live_descendants();
  const auto end = Clock::now() + grace;
  while (reap_ended(&usage)) {
    if (Clock::now() >= end) {
      left.survivors = count_live_descendants();
      kill_everything_below();
      break;
    }
    std::this_thread::sleep_for(kPause);
  }
  left.emptied = Clock::now();
  return left;
}

bool kill_everything_below() {
  // Orphans become our children, so killing direct children is enough. They are not reaped yet, so their pids cannot be
  // reused.
  const auto end = Clock::now() + std::chrono::seconds(5);
  while (reap_ended(nullptr)) {
    std::vector<pid_t> children;
    append_children(::getpid(), children);
    for (const pid_t child : children) ::kill(child, SIGKILL);
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

}  // namespace bench
