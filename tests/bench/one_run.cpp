// Spawns and measures. Does as little as possible between the readings of the clock.
#include "one_run.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "leftovers.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

volatile std::sig_atomic_t stop_signal_seen = 0;
volatile std::sig_atomic_t bound_seen = 0;

// An owned descriptor, not inherited unless passed explicitly.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

struct Streams {
  int in;
  int out;
  int error;
};

std::expected<pid_t, int> spawn(const std::vector<std::string>& words, const Streams& streams) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, streams.in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, streams.out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, streams.error, STDERR_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv.front(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return std::unexpected(error);
  return pid;
}

// Interrupts a wait with SIGALRM at the bound, and repeatedly after it: the first signal may arrive between the check
// of the flag and the wait.
class BoundTimer {
 public:
  explicit BoundTimer(std::chrono::milliseconds bound) {
    bound_seen = 0;
    const auto us = std::chrono::duration_cast<microseconds>(bound).count();
    const itimerval timer{.it_interval = {.tv_sec = 0, .tv_usec = 200'000},
                          .it_value = {.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
  ~BoundTimer() {
    const itimerval off{};
    ::setitimer(ITIMER_REAL, &off, nullptr);
  }
  BoundTimer(const BoundTimer&) = delete;
  BoundTimer& operator=(const BoundTimer&) = delete;
};

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

// Returns false if the bound, or a signal to us, ended the wait.
bool wait_for(pid_t pid, int& status, rusage& usage) {
  for (;;) {
    int wait_status = 0;
    rusage used{};
    if (::wait4(pid, &wait_status, 0, &used) == pid) {
      status = std::max(status, status_of(wait_status));
      add_usage(usage, used);
      return true;
    }
    if (errno != EINTR || bound_seen != 0 || stop_signal_seen != 0) return false;
  }
}

microseconds to_microseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + microseconds(time.tv_usec);
}

// The destination of a run's standard output, with the cat process if it is a pipe.
struct Outlet {
  Descriptor write_end;
  pid_t cat = -1;
};

std::expected<Outlet, int> open_outlet(Sink sink, int null_fd) {
  Outlet outlet;
  if (sink == Sink::null) {
    outlet.write_end = Descriptor(::fcntl(null_fd, F_DUPFD_CLOEXEC, 0));
    return outlet;
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(errno);
  const Descriptor read_end(ends[0]);
  outlet.write_end = Descriptor(ends[1]);
  const auto cat = spawn({"cat"}, {.in = read_end.get(), .out = null_fd, .error = null_fd});
  if (!cat) return std::unexpected(cat.error());
  outlet.cat = *cat;
  return outlet;
}

// Waits for the copies and for cat. Returns false at the bound or at a signal.
bool wait_for_all(const std::vector<pid_t>& copies, pid_t cat, Sample& sample, rusage& usage) {
  for (const pid_t pid : copies) {
    if (!wait_for(pid, sample.status, usage)) return false;
  }
  int cat_status = 0;
  rusage cat_usage{};
  return cat < 0 || wait_for(cat, cat_status, cat_usage);
}

void fill_usage(Sample& sample, const rusage& usage) {
  sample.user = to_microseconds(usage.ru_utime);
  sample.system = to_microseconds(usage.ru_stime);
  sample.max_rss_kib = usage.ru_maxrss;
}

}  // namespace

void prepare_process() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  struct sigaction action {};  // no SA_RESTART: signals must interrupt a wait
  action.sa_handler = [](int) { stop_signal_seen = 1; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = [](int) { bound_seen = 1; };
  ::sigaction(SIGALRM, &action, nullptr);
}

bool interrupted() { return stop_signal_seen != 0; }

std::expected<Sample, std::string> measure(const Command& command, const Limits& limits) {
  const auto failed = [&](int error) {
    kill_everything_below();
    return std::unexpected("cannot start " + command.name + " (" + command.argv.front() + "): " + std::strerror(error));
  };
  const Descriptor null_fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const Descriptor errors(::open(command.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  if (null_fd.get() < 0 || errors.get() < 0) return failed(errno);
  auto outlet = open_outlet(command.sink, null_fd.get());
  if (!outlet) return failed(outlet.error());
  std::vector<pid_t> copies;
  copies.reserve(command.copies);
  const Streams streams{.in = null_fd.get(), .out = outlet->write_end.get(), .error = errors.get()};
  const BoundTimer timer(limits.bound);

  Sample sample;
  rusage usage{};
  const auto start = Clock::now();
  for (unsigned i = 0; i < command.copies; ++i) {
    const auto pid = spawn(command.argv, streams);
    if (!pid) return failed(pid.error());
    copies.push_back(*pid);
  }
  outlet->write_end.close();
  const bool ended = wait_for_all(copies, outlet->cat, sample, usage);
  sample.wall = Clock::now() - start;

  if (!ended) {
    const bool empty = kill_everything_below();
    const std::string bound = std::to_string(limits.bound.count()) + " ms";
    return std::unexpected(command.name +
                           (empty ? " did not end within " : " cannot be killed, and did not end within ") + bound);
  }
  const Leftovers left = clear_leftovers(limits.grace, usage);
  sample.alive = left.alive;
  sample.survivors = left.survivors;
  // A clean run is empty when it ends; detecting this takes time that is not the command's.
  sample.empty = left.alive == 0 ? sample.wall : left.emptied - start;
  fill_usage(sample, usage);
  return sample;
}

}  // namespace bench
