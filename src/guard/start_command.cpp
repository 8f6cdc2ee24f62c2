// Starts the command with vfork semantics: the child uses this process's memory until exec. So no page tables are
// copied, and the child can report a failure in a plain variable.
#include "guard/start_command.hpp"

#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "guard/guard_signals.hpp"
#include "model/mechanism.hpp"
#include "os/descriptor.hpp"
#include "os/signals.hpp"
#include "os/thread.hpp"

namespace oversee::guard {
namespace {

using model::Mechanism;
using model::works;

constexpr const char* kShell = "/bin/sh";
constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

constexpr pid_t kNotYet = 0;
constexpr pid_t kNoChild = -1;

}  // namespace

// Everything that the child needs. Prepared before the fork, because the child must not allocate.
struct Preparation {
  StartCommand request;
  std::array<int, 3> streams{};
  CommandCgroup cgroup;
  pid_t parent = 0;
  std::vector<std::string> candidates;  // files to try, in the order of PATH
  std::vector<char*> argv;
  std::vector<char*> shell_argv;  // sh, a slot for the file, the arguments: for a script without #!
  std::vector<char*> environment;
  os::UniqueFd ended_event;

  // Written by the child.
  const char* failed_stage = nullptr;
  std::int64_t failed_value = 0;  // the setting's value if failed_stage is a setting
  int error = 0;
  int not_joined = 0;

  std::atomic<pid_t> child = kNotYet;  // set by the child itself; kNoChild is set by its parent
  std::atomic<bool> ended = false;
  bool aside = false;  // a thread waits for the end of the start
};

namespace {

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> list;
  list.reserve(words.size() + 1);
  for (const std::string& word : words) list.push_back(const_cast<char*>(word.c_str()));
  list.push_back(nullptr);
  return list;
}

// PATH comes from the command's own environment, as with env(1).
std::string_view search_path(const std::vector<std::string>& environment) {
  for (const std::string& variable : environment) {
    if (variable.starts_with("PATH=")) return std::string_view(variable).substr(5);
  }
  return kDefaultPath;
}

std::vector<std::string> candidates_for(const StartCommand& request) {
  const std::string& name = request.argv.front();
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> files;
  std::string_view rest = search_path(request.environment);
  while (!name.empty()) {
    const std::size_t colon = rest.find(':');
    const std::string_view directory = rest.substr(0, colon);
    files.push_back(directory.empty() ? "./" + name : std::string(directory) + '/' + name);
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  return files;
}

bool fail(Preparation& p, const char* stage) {
  p.failed_stage = stage;
  p.error = errno;
  return false;
}

bool fail_setting(Preparation& p, const char* setting, std::int64_t value) {
  p.failed_value = value;
  return fail(p, setting);
}

// Sets the soft and the hard limit, like ulimit(1), so that the command cannot raise them again.
bool limit(Preparation& p, __rlimit_resource_t resource, const std::optional<std::uint64_t>& value,
           const char* setting) {
  if (!value) return true;
  const rlimit limits{*value, *value};
  return ::setrlimit(resource, &limits) == 0 || fail_setting(p, setting, static_cast<std::int64_t>(*value));
}

// Sets a backstop behind a limit of the tree: never above the present limit; the hard limit is unchanged.
void set_backstop(__rlimit_resource_t resource, const std::optional<std::uint64_t>& value) {
  rlimit limits{};
  if (!value || ::getrlimit(resource, &limits) != 0) return;
  limits.rlim_cur = std::min<rlim_t>(limits.rlim_cur, *value);
  (void)::setrlimit(resource, &limits);
}

bool set_limits(Preparation& p, const model::ProcessLimits& limits) {
  if (limits.nice) {
    const int before = ::getpriority(PRIO_PROCESS, 0);
    if (::setpriority(PRIO_PROCESS, 0, before + *limits.nice) != 0) return fail_setting(p, "--nice", *limits.nice);
  }
  if (!p.cgroup.holds_memory || p.not_joined != 0) set_backstop(RLIMIT_DATA, limits.data_backstop);
  set_backstop(RLIMIT_CPU, limits.cpu_backstop);
  return limit(p, RLIMIT_DATA, limits.data, "--max-data") &&
         limit(p, RLIMIT_FSIZE, limits.file_size, "--max-file-size") &&
         limit(p, RLIMIT_CORE, limits.core_size, "--core") && limit(p, RLIMIT_NOFILE, limits.files, "--max-files");
}

// All sources are above 2, so that no dup2 overwrites one that is still needed.
bool place_streams(Preparation& p) {
  for (int target = 0; target <= 2; ++target) {
    if (::dup2(p.streams.at(static_cast<std::size_t>(target)), target) < 0) return fail(p, "streams");
  }
  return true;
}

// "0" stands for the writing process (cgroup-v2.rst).
bool join_cgroup(Preparation& p) {
  if (p.cgroup.entry < 0 || ::write(p.cgroup.entry, "0", 1) == 1) return true;
  if (p.request.cgroup_required) return fail(p, kCgroupStage);
  p.not_joined = errno;
  return true;
}

bool set_up(Preparation& p) {
  if (!place_streams(p)) return false;
  if (p.request.own_group && ::setpgid(0, 0) != 0) return fail(p, "process group");
  if (p.request.terminal && ::tcsetpgrp(STDOUT_FILENO, ::getpid()) != 0) return fail(p, "terminal");
  ::prctl(PR_SET_NAME, p.argv.front());  // shows the command's name in ps(1) if the child hangs before exec
  if (works(Mechanism::death_signal)) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != p.parent) ::_exit(kExitedEarly);  // the guard died before PR_SET_PDEATHSIG took effect
  if (!join_cgroup(p)) return false;
  if (!p.request.directory.empty() && ::chdir(p.request.directory.c_str()) != 0) return fail(p, "directory");
  if (p.request.process_limits.any() && !set_limits(p, p.request.process_limits)) return false;
  if (p.request.tracer > 0) {  // fails if Yama is absent or off; then it is not needed
    ::prctl(PR_SET_PTRACER, static_cast<unsigned long>(p.request.tracer));
  }
  if (works(Mechanism::callers_signals)) {
    os::apply_signal_state({p.request.ignored_signals, p.request.blocked_signals}, handled_signals());
  }
  return true;
}

// Searches like execvp(3): skips entries that do not exist; also continues after one that may not be executed, but
// remembers that error.
void execute(Preparation& p) {
  int error = ENOENT;
  for (const std::string& file : p.candidates) {
    ::execve(file.c_str(), p.argv.data(), p.environment.data());
    if (errno == ENOEXEC) {
      p.shell_argv[1] = const_cast<char*>(file.c_str());
      ::execve(kShell, p.shell_argv.data(), p.environment.data());
    }
    if (errno == EACCES) {
      error = EACCES;
    } else if (errno != ENOENT && errno != ENOTDIR) {
      error = errno;
      break;
    } else if (errno == ENOTDIR && p.candidates.size() == 1) {
      error = ENOTDIR;
    }
  }
  errno = error;
  fail(p, "exec");
}

// Runs in the guard, not in the command: a process group with a parent in its session is not orphaned, so that Ctrl-Z
// stops it.
bool take_terminal(int terminal) { return ::setsid() >= 0 && ::ioctl(terminal, TIOCSCTTY, 0) == 0; }

std::string subject_of(const Preparation& p) {
  const std::string_view stage = p.failed_stage;
  if (stage == "directory") return p.request.directory;
  if (!stage.starts_with("--")) return p.request.argv.front();
  if (stage == "--nice" || stage == "--max-files") return std::to_string(p.failed_value);
  const auto size = static_cast<std::uint64_t>(p.failed_value);
  return size == model::kUnlimited ? "unlimited" : model::format_byte_size(size);
}

void note_child(Preparation& p, pid_t child) {
  p.child = child;
  p.child.notify_one();
}

int child(void* argument) {
  auto& p = *static_cast<Preparation*>(argument);
  note_child(p, ::getpid());
  if (set_up(p)) execute(p);
  ::_exit(kExitedEarly);
}

// The child has its own stack: on the shared one it would overwrite the frames that its parent returns through. A
// process starts only one command.
constexpr std::size_t kStack = 64 * 1024;
alignas(16) char stack[kStack];

// Returns when the child has executed the command or has exited.
void fork_and_wait(Preparation& p) {
  if (::clone(child, stack + kStack, CLONE_VM | CLONE_VFORK | SIGCHLD, &p) < 0) {
    fail(p, "fork");
    note_child(p, kNoChild);
  }
  p.ended = true;
  (void)::eventfd_write(p.ended_event.get(), 1);
}

// Never returns: when the parent thread ends, the kernel kills the command (PR_SET_PDEATHSIG).
[[noreturn]] void stay() {
  while (true) ::pause();
}

}  // namespace

CommandStart::CommandStart(StartCommand request, const std::array<int, 3>& streams, CommandCgroup cgroup)
    : preparation_(new Preparation) {
  Preparation& p = *preparation_;
  p.request = std::move(request);
  p.streams = streams;
  p.cgroup = cgroup;
  p.parent = ::getpid();
  p.ended_event.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  p.candidates = candidates_for(p.request);
  p.argv = pointers(p.request.argv);
  p.shell_argv = p.argv;
  p.shell_argv.insert(p.shell_argv.begin(), const_cast<char*>("sh"));
  p.environment = pointers(p.request.environment);
  if (p.request.terminal && !take_terminal(streams[1])) {
    fail(p, "terminal");
    note_child(p, kNoChild);
    p.ended = true;
    return;
  }
  const auto work = [&p] {
    fork_and_wait(p);
    stay();
  };
  p.aside = p.ended_event && works(Mechanism::start_aside) && os::start_thread(work);
  if (!p.aside) fork_and_wait(p);
}

int CommandStart::fd() const { return preparation_->ended_event.get(); }

pid_t CommandStart::child() const {
  preparation_->child.wait(kNotYet);
  return preparation_->child;
}

std::optional<Started> CommandStart::take_end() {
  Preparation& p = *preparation_;
  // Waits for the event, not only for `ended`, which the thread sets first: if the descriptor were closed in between,
  // the thread could write to another file that reuses its number.
  eventfd_t count = 0;
  if (taken_ || !p.ended || (p.aside && ::eventfd_read(p.ended_event.get(), &count) != 0)) return {};
  taken_ = true;
  p.ended_event.reset();
  Started started{.pid = p.child, .not_joined = 0, .failure = {}};
  if (p.failed_stage == nullptr) {
    started.not_joined = p.not_joined;
  } else {
    started.failure = model::SpawnFailure{p.failed_stage, p.error, subject_of(p)};
  }
  return started;
}

}  // namespace oversee::guard
