// report_signals [SIGNAL CODE]...: prints "ready", then the number of each received signal, and exits with CODE at
// SIGNAL. At the first real-time signal, which the kernel delivers after all other pending ones, prints "end" and exits
// 0.
#include <fmt/format.h>

#include <csignal>
#include <map>

#include "helper.hpp"

int main(int argc, char** argv) {
  helper::bound_life();
  std::map<int, int> exit_codes;
  for (int i = 1; i + 1 < argc; i += 2) exit_codes[helper::number(argv[i])] = helper::number(argv[i + 1]);

  // Blocked and awaited: each delivery is seen exactly once, and no call is interrupted.
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGURG, SIGWINCH, SIGRTMIN}) {
    sigaddset(&watched, signal);
  }
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  helper::say("ready\n");
  while (true) {
    const int signal = sigwaitinfo(&watched, nullptr);
    if (signal < 0) continue;
    if (signal == SIGRTMIN) {
      helper::say("end\n");
      return 0;
    }
    helper::say(fmt::format("{}\n", signal));
    if (const auto found = exit_codes.find(signal); found != exit_codes.end()) return found->second;
  }
}
