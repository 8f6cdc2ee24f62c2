// Creates processes that share our memory by clone(2), as vfork(2) does, but without suspending the parent.
#include "os/side_process.hpp"

#include <linux/futex.h>
#include <linux/magic.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "os/last_words.hpp"
#include "os/side_stack.hpp"
#include "os/thread.hpp"

namespace oversee::os {
namespace {

constexpr std::size_t kMostSideProcesses = 8;                         // at the same time
std::array<std::atomic<pid_t>, kMostSideProcesses> side_processes{};  // negative: it has ended and is not reaped yet

std::atomic<pid_t> own_pid = 0;  // the process that starts them

std::atomic<int> being_started = 0;  // side processes that may exist but have no entry yet

void enter(pid_t pid) {
  for (auto& each : side_processes) {
    pid_t none = 0;
    if (each.compare_exchange_strong(none, pid)) return;
  }
}

// The process has ended, and its thread has yet to reap it.
void mark_ended(pid_t pid) {
  for (auto& each : side_processes) {
    pid_t own = pid;
    if (each.compare_exchange_strong(own, -pid)) return;
  }
}

void leave(pid_t pid) {
  for (auto& each : side_processes) {
    for (pid_t own : {pid, -pid}) {
      if (each.compare_exchange_strong(own, 0)) return;
    }
  }
}

void close_range(unsigned first, unsigned last) {
  if (first > last) return;
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, last, 0) == 0) return;
#endif
  rlimit most{};  // before Linux 5.9
  if (::getrlimit(RLIMIT_NOFILE, &most) != 0) return;
  const auto end = static_cast<unsigned>(std::min<rlim_t>(last, most.rlim_cur));
  for (unsigned fd = first; fd <= end; ++fd) ::close(static_cast<int>(fd));
}

void close_all_but(std::vector<int>& kept) {
  std::ranges::sort(kept);
  unsigned next = 0;
  for (const int fd : kept) {
    if (fd < 0) continue;
    if (static_cast<unsigned>(fd) > next) close_range(next, static_cast<unsigned>(fd) - 1);
    next = static_cast<unsigned>(fd) + 1;
  }
  close_range(next, ~0U);
}

}  // namespace

struct SideProcess::State {
  Files files = Files::listed;
  std::vector<int> listed;
  std::function<void()> work;

  // Cleared by the kernel at the end of the process, which wakes a futex.
  std::atomic<pid_t> running = 1;
  std::atomic<pid_t> pid = 0;
  std::mutex mutex;  // for our threads only: a side process that is killed would leave it locked
  std::condition_variable changed;
  bool ended = false;
  std::atomic<bool> finished = false;
  std::function<void(bool finished)> on_end;

  void run() {
    work();
    finished = true;
  }
};

namespace {

pid_t* word_of(std::atomic<pid_t>& running) {
  static_assert(sizeof running == sizeof(pid_t));
  return reinterpret_cast<pid_t*>(&running);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
}

// Whether the kernel has cleared the word within the bound.
bool await_end(std::atomic<pid_t>& running, model::Duration bound) {
  const auto end = std::chrono::steady_clock::now() + bound;
  while (const pid_t now = running) {
    const auto rest = end - std::chrono::steady_clock::now();
    if (rest <= rest.zero()) return false;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(rest);
    const timespec time{seconds.count(), std::chrono::nanoseconds(rest - seconds).count()};
    (void)::syscall(SYS_futex, &running, FUTEX_WAIT, now, &time, nullptr, 0);
  }
  return true;
}

// In the new process; its handlers are separate from ours (no CLONE_SIGHAND).
void become_side_process(int death_signal) {
  struct sigaction wake {};
  wake.sa_handler = [](int) {};
  sigaction(SIGHUP, &wake, nullptr);
  ::prctl(PR_SET_PDEATHSIG, death_signal);
  ::prctl(PR_SET_NAME, "oversee-files");
  ::setsid();
}

int run_beside(void* argument) {
  auto& state = *static_cast<SideProcess::State*>(argument);
  become_side_process(state.files == SideProcess::Files::ours ? SIGKILL : SIGHUP);
  if (state.files == SideProcess::Files::listed) close_all_but(state.listed);
  // After our death, pending writes are still completed; opening files would be useless.
  if (state.files == SideProcess::Files::listed || !SideProcess::orphaned()) state.run();
  ::syscall(SYS_exit_group, 0);
  return 0;
}

// Returns when the process has ended; false if it cannot be created. The process uses this thread's thread-local data
// (errno, the allocator's cache). That is safe because the thread stays in one system call meanwhile.
bool start_and_wait(SideProcess::State& state) {
  SideStack stack;
  if (stack.top() == nullptr) return false;
  const int flags = CLONE_VM | CLONE_CHILD_CLEARTID | (state.files == SideProcess::Files::ours ? CLONE_FILES : 0);
  ++being_started;
  const pid_t pid = ::clone(run_beside, stack.top(), flags | CLONE_PARENT_SETTID, &state, word_of(state.pid), nullptr,
                            word_of(state.running));
  if (pid > 0) enter(pid);
  --being_started;
  if (pid > 0) {
    while (::syscall(SYS_wait4, pid, nullptr, __WALL, nullptr) != pid) {
    }
    leave(pid);
  }
  return pid > 0;
}

void lend_thread(const std::shared_ptr<SideProcess::State>& state) {
  if (!start_and_wait(*state)) {
    state->run();  // a thread keeps the deadlines working, but can delay our exit
    state->running = 0;
    (void)::syscall(SYS_futex, &state->running, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }
  if (state->on_end) state->on_end(state->finished);
  const std::lock_guard lock(state->mutex);
  state->ended = true;
  state->changed.notify_all();
}

}  // namespace

bool SideProcess::start(Files files, std::vector<int> listed, std::function<void()> work,
                        std::function<void(bool finished)> on_end) {
  auto state = std::make_shared<State>();
  state->files = files;
  state->listed = std::move(listed);
  state->work = std::move(work);
  state->on_end = std::move(on_end);
  own_pid = ::getpid();
  if (!start_thread([state] { lend_thread(state); })) return false;
  state_ = state;
  return true;
}

// Its thread is woken later than we are, and matters only if the process was killed: then the thread calls on_end.
bool SideProcess::wait(model::Duration bound) {
  if (!state_) return true;
  if (!await_end(state_->running, bound)) return false;
  if (state_->finished) {
    mark_ended(state_->pid);
    return true;
  }
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, bound, [&] { return state_->ended; });
}

bool SideProcess::finished() const { return !state_ || state_->finished; }

struct SideCall::State {
  std::function<void()> work;
  pid_t pid = -1;                  // -1: none, the work ran here
  std::atomic<pid_t> running = 0;  // cleared by the kernel at the end of the process, which wakes a futex
  std::atomic<bool> finished = false;

  static int run(void* argument) {
    auto& state = *static_cast<State*>(argument);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    become_side_process(SIGKILL);
    if (!SideProcess::orphaned()) {
      state.work();
      state.finished = true;
    }
    ::syscall(SYS_exit_group, 0);
    return 0;
  }
};

SideCall::SideCall(const std::function<void()>& work, SideStack& stack)
    : state_(new State{.work = work}), stack_(stack) {
  own_pid = ::getpid();
  pid_t pid = -1;
  if (stack.top() != nullptr) {
    pid_t* const word = word_of(state_->running);
    constexpr int kFlags = CLONE_VM | CLONE_FILES | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    pid = ::clone(State::run, stack.top(), kFlags, state_, word, nullptr, word);
  }
  if (pid > 0) {
    state_->pid = pid;
    enter(pid);
  } else {
    state_->work();
    state_->finished = true;
  }
}

SideCall::~SideCall() {
  if (state_->pid > 0) {
    stack_.abandon();
  } else {
    delete state_;
  }
}

bool SideCall::wait(model::Duration bound) {
  if (!await_end(state_->running, bound)) return false;
  if (state_->pid <= 0) return true;
  while (::syscall(SYS_wait4, state_->pid, nullptr, __WALL, nullptr) < 0 && errno == EINTR) {
  }
  leave(state_->pid);
  state_->pid = 0;
  return true;
}

bool SideCall::finished() const { return state_->finished; }

// If the work runs in a thread of our own process, there is no parent to check.
bool SideProcess::orphaned() { return is_current() && ::getppid() != own_pid; }

bool SideProcess::await(int fd, const timespec* bound) {
  sigset_t blocked;
  sigfillset(&blocked);
  if (is_current()) sigdelset(&blocked, SIGHUP);
  pollfd readable{fd, POLLIN, 0};
  return ::ppoll(&readable, 1, bound, &blocked) > 0;
}

bool SideProcess::is_current() { return ::getpid() != own_pid; }

// Waits for entries: a side process without one would be taken for a process of the command and stopped for ever.
bool is_side_process(pid_t pid) {
  constexpr timespec kMoment{0, 50'000};
  while (being_started != 0) (void)::nanosleep(&kMoment, nullptr);
  return std::ranges::any_of(side_processes, [&](const auto& each) { return std::abs(each.load()) == pid; });
}

bool any_side_process() {
  return std::ranges::any_of(side_processes, [](const auto& each) { return each.load() > 0; });
}

void close_all_descriptors() {
  wait_instead_of_abort();
  close_range(0, ~0U);
}

bool can_hang(int fd) {
  struct statfs found {};
  return ::fstatfs(fd, &found) != 0 || (found.f_type != TMPFS_MAGIC && found.f_type != RAMFS_MAGIC);
}

}  // namespace oversee::os
