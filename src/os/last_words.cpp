// Handles std::terminate and SIGABRT.
#include "os/last_words.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <string_view>

#include "os/descriptor.hpp"

namespace oversee::os {
namespace {

// Seconds that a write to stderr may block.
constexpr unsigned kPatience = 1;

volatile std::sig_atomic_t exit_code_ = 1;

// The alarm ends the process if write(2) blocks for longer.
void bound_the_wait() {
  struct sigaction action {};
  action.sa_handler = [](int /*signal*/) { ::_exit(exit_code_); };
  ::sigaction(SIGALRM, &action, nullptr);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  ::sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
  ::alarm(kPatience);
}

// Allocates nothing, because memory may have run out. A pipe takes a line of this size atomically (PIPE_BUF).
[[noreturn]] void end_with(std::string_view why) {
  constexpr std::string_view kBefore = "oversee: cannot go on: ";
  char line[512];
  std::size_t size = kBefore.copy(line, kBefore.size());
  size += why.copy(line + size, sizeof line - size - 1);
  line[size++] = '\n';
  end_saying({line, size}, exit_code_);
}

[[noreturn]] void end_by_exception() {
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    end_with(error.what());
  } catch (...) {
  }
  end_with("an unknown error");
}

// libuv calls abort(3) if a system call that it depends on fails.
void end_by_abort(int /*signal*/) {
  const char* const error = ::strerrordesc_np(errno);
  end_with(errno != 0 && error != nullptr ? error : "an internal error");
}

void wait_for_the_end(int /*signal*/) {
  if (::gettid() == ::getpid()) ::_exit(exit_code_);  // nobody else would end the process
  for (;;) ::pause();
}

}  // namespace

void end_saying(std::string_view line, int exit_code) {
  exit_code_ = exit_code;
  bound_the_wait();
  (void)write_fully(STDERR_FILENO, line);
  ::_exit(exit_code);
}

void wait_instead_of_abort() {
  struct sigaction action {};
  action.sa_handler = wait_for_the_end;
  ::sigaction(SIGABRT, &action, nullptr);
}

void say_last_words(int exit_code) {
  exit_code_ = exit_code;
  std::set_terminate(end_by_exception);
  struct sigaction action {};
  action.sa_handler = end_by_abort;
  struct sigaction callers {};
  ::sigaction(SIGABRT, &action, &callers);
  if (callers.sa_handler == SIG_IGN)
    ::sigaction(SIGABRT, &callers, nullptr);  // keep it ignored for the command; abort() ends this process anyway
}

}  // namespace oversee::os
