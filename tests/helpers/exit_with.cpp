// exit_with code N | signal N: ends this way; by the signal even if the caller ignores or blocks it.
#include <csignal>
#include <string_view>

#include "helper.hpp"

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 3) helper::give_up();
  const int number = helper::number(argv[2]);
  if (std::string_view(argv[1]) == "code") return number;
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  std::signal(number, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &one, nullptr);
  ::kill(::getpid(), number);
  helper::give_up();
}
