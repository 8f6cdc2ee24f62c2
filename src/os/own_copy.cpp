// Forks and executes the running binary.
#include "os/own_copy.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>

namespace oversee::os {
namespace {

constexpr int kCannotExecute = 125;

// Async-signal-safe.
void put_null(int flags, std::initializer_list<int> places) {
  const int nothing = ::open("/dev/null", flags | O_CLOEXEC);
  if (nothing < 0) return;
  for (const int place : places) ::dup2(nothing, place);
  ::close(nothing);
}

}  // namespace

model::Result<OwnCopy> start_own_copy(const std::function<std::vector<std::string>(int answer)>& argv,
                                      const SignalState& signals, OwnCopyPlace place) {
  auto pipe = make_pipe();
  if (!pipe) return std::unexpected(pipe.error());
  std::vector<std::string> words = argv(pipe->writer.get());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return std::unexpected(model::Failure{"start oversee once more", errno, {}, {}});
  if (pid == 0) {
    // Only what may be called between fork and exec (signal-safety(7)).
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(kCannotExecute);
    if (place.own_session) ::setsid();
    if (place.null_input) put_null(O_RDONLY, {STDIN_FILENO});
    keep_over_exec(pipe->writer.get(), true);
    apply_signal_state(signals);
    ::execv("/proc/self/exe", arguments.data());  // the running binary, even where its file was replaced (proc(5))
    ::_exit(kCannotExecute);
  }
  return OwnCopy{pid, std::move(pipe->reader)};
}

void let_go_of_parent() {
  ::prctl(PR_SET_PDEATHSIG, 0);
  put_null(O_RDWR, {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
}

int wait_for(const OwnCopy& copy) {
  int status = 0;
  while (::waitpid(copy.pid, &status, 0) < 0) {
    if (errno != EINTR) return kCannotExecute;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace oversee::os
