// Both processes share the memory of the list; each entry is written before the count that covers it.
#include "os/frozen_tree.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "model/mechanism.hpp"

namespace oversee::os {

FrozenTree::~FrozenTree() {
  if (!shared_) return;
  shared_->quit = true;
  (void)::eventfd_write(shared_->wake_up.get(), 1);
  if (!process_.wait(std::chrono::seconds(1))) (void)shared_.release();  // still in use
}

void FrozenTree::watch() {
  if (shared_ || !model::works(model::Mechanism::frozen_are_killed)) return;
  shared_.reset(new Shared);  // not zeroed: only the pages that are used take memory
  shared_->wake_up.reset(::eventfd(0, EFD_CLOEXEC));
  (void)process_.start(SideProcess::Files::listed, {shared_->wake_up.get()},
                       [shared = shared_.get()] { wait_and_kill(*shared); });
}

void FrozenTree::stops(pid_t target) {
  if (!shared_ || shared_->count == kMost) return;
  shared_->targets.at(shared_->count) = target;
  ++shared_->count;
}

void FrozenTree::all_killed() {
  if (shared_) shared_->count = 0;
}

// HUP is the death signal of a side process. It may also have come from elsewhere, so the parent is checked.
void FrozenTree::wait_and_kill(Shared& shared) {
  while (!shared.quit && !SideProcess::orphaned()) (void)SideProcess::await(shared.wake_up.get(), nullptr);
  if (shared.quit) return;
  const std::size_t count = std::min<std::size_t>(shared.count, kMost);
  for (std::size_t i = 0; i < count; ++i) ::kill(shared.targets.at(i), SIGKILL);
}

}  // namespace oversee::os
