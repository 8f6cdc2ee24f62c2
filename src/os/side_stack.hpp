// The stack of a side process (os/side_process.hpp).
#pragma once

#include <cstddef>

#ifdef __SANITIZE_ADDRESS__

#include <sanitizer/asan_interface.h>

#include <array>

namespace oversee::os {

// AddressSanitizer knows the stack of each thread and takes any other for an error, so this one lies within the stack
// of the thread that waits for the side process.
class SideStack {
 public:
  static constexpr std::size_t kSize = 512 * 1024;

  SideStack() = default;
  SideStack(const SideStack&) = delete;
  SideStack& operator=(const SideStack&) = delete;
  // The side process has ended in the midst of calls, whose marks would be errors of the calls that this thread makes
  // next.
  ~SideStack() { __asan_unpoison_memory_region(bytes_.data(), kSize); }

  char* top() { return bytes_.data() + kSize; }
  void abandon() {}

 private:
  alignas(16) std::array<char, kSize> bytes_;
};

}  // namespace oversee::os

#else

#include <sys/mman.h>

namespace oversee::os {

class SideStack {
 public:
  static constexpr std::size_t kSize = 512 * 1024;  // committed only as it is used

  SideStack()
      : bytes_(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {}
  SideStack(const SideStack&) = delete;
  SideStack& operator=(const SideStack&) = delete;
  ~SideStack() {
    if (bytes_ != MAP_FAILED) ::munmap(bytes_, kSize);
  }

  // Where the side process begins; null if there is no memory.
  char* top() { return bytes_ == MAP_FAILED ? nullptr : static_cast<char*>(bytes_) + kSize; }
  // Does not free it, because the side process hangs and may go on.
  void abandon() { bytes_ = MAP_FAILED; }

 private:
  void* bytes_;
};

}  // namespace oversee::os

#endif
