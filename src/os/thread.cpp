// Starts threads with all signals blocked.
#include "os/thread.hpp"

#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

namespace oversee::os {

bool start_thread(std::function<void()> work) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited by the thread
  bool started = true;
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error& none) {
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

}  // namespace oversee::os
