// Forks and executes the running binary again.
#include "os/own_copy.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>

#include "os/last_words.hpp"
#include "os/proc.hpp"

namespace oversee::os {
namespace {

constexpr int kCannotExecute = 125;

// The following functions run between fork and exec.
void replace(int stream, int by) {
  if (by >= 0 && by != stream) ::dup2(by, stream);
}

void nullify(int stream, int flags) {
  const int nothing = open_nothing(flags);
  if (nothing < 0 || nothing == stream) return;
  ::dup2(nothing, stream);
  ::close(nothing);
}

void arrange(const CopyPlace& place) {
  if (place.own_session) ::setsid();
  if (place.null_input) nullify(STDIN_FILENO, O_RDONLY);
  if (place.null_output) nullify(STDOUT_FILENO, O_WRONLY);
  replace(STDERR_FILENO, place.error_output);
  if (place.more >= 0) keep_over_exec(place.more, true);
}

[[noreturn]] void fail(int error) {
  constexpr std::string_view kFailed = "oversee: cannot execute oversee once more\n";
  constexpr std::string_view kTooMuch = "oversee: arguments and variables are more than the kernel takes together\n";
  end_saying(error == E2BIG ? kTooMuch : kFailed, kCannotExecute);
}

}  // namespace

model::Result<OwnCopy> start_own_copy(const std::function<std::vector<std::string>(int answer)>& argv,
                                      const SignalState& signals, const CopyPlace& place) {
  auto pipe = make_pipe();
  if (!pipe) return std::unexpected(pipe.error());
  std::vector<std::string> words = argv(pipe->writer.get());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string& executable = own_executable();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return std::unexpected(model::Failure{"start oversee once more", errno, {}, {}});
  if (pid == 0) {
    // Only async-signal-safe functions until exec (signal-safety(7)).
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(kCannotExecute);
    arrange(place);
    keep_over_exec(pipe->writer.get(), true);
    apply_signal_state(signals);
    ::execv(executable.c_str(), arguments.data());
    fail(errno);
  }
  return OwnCopy{pid, std::move(pipe->reader)};
}

void let_go_of_parent() {
  ::prctl(PR_SET_PDEATHSIG, 0);
  nullify(STDIN_FILENO, O_RDONLY);
  nullify(STDOUT_FILENO, O_WRONLY);
  nullify(STDERR_FILENO, O_WRONLY);
}

int wait_for(const OwnCopy& copy) {
  int status = 0;
  while (::waitpid(copy.pid, &status, 0) < 0) {
    if (errno != EINTR) return kCannotExecute;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace oversee::os
