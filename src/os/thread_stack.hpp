// A side process's stack within that of the thread that waits for it: AddressSanitizer takes any other stack for an
// error.
#pragma once

#ifdef __SANITIZE_ADDRESS__

#include <sanitizer/asan_interface.h>

#include <array>

#include "os/side_process.hpp"

namespace oversee::os {

class ThreadStack {
 public:
  ThreadStack() = default;
  ThreadStack(const ThreadStack&) = delete;
  ThreadStack& operator=(const ThreadStack&) = delete;
  // The side process has ended in the midst of calls, whose marks would be errors of the calls that this thread makes
  // next.
  ~ThreadStack() { __asan_unpoison_memory_region(bytes_.data(), bytes_.size()); }

  void* data() { return bytes_.data(); }

 private:
  alignas(16) std::array<char, SideCall::kStack> bytes_;
};

}  // namespace oversee::os

#endif
