// The handlers of terminate and SIGABRT.
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

int exit_code_ = 1;

// Async-signal-safe, and without memory: it may be what is out.
[[noreturn]] void end_with(std::string_view why) {
  for (const std::string_view part : {std::string_view("oversee: cannot go on: "), why, std::string_view("\n")}) {
    (void)write_fully(STDERR_FILENO, part);
  }
  ::_exit(exit_code_);
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

// libuv aborts where a system call fails that it cannot do without.
void end_by_abort(int /*signal*/) {
  const char* const error = ::strerrordesc_np(errno);
  end_with(errno != 0 && error != nullptr ? error : "an internal error");
}

}  // namespace

void say_last_words(int exit_code) {
  exit_code_ = exit_code;
  std::set_terminate(end_by_exception);
  struct sigaction action {};
  action.sa_handler = end_by_abort;
  struct sigaction callers {};
  ::sigaction(SIGABRT, &action, &callers);
  if (callers.sa_handler == SIG_IGN)
    ::sigaction(SIGABRT, &callers, nullptr);  // to be handed on; abort() ends us anyway
}

}  // namespace oversee::os
