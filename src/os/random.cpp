// Reads random bytes from the kernel.
#include "os/random.hpp"

#include <sys/random.h>

namespace oversee::os {

std::array<std::uint8_t, 4> random_bytes() {
  std::array<std::uint8_t, 4> bytes{};
  // The bytes are zero if getrandom(2) fails; the caller retries when a name collides.
  [[maybe_unused]] const ssize_t got = ::getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK);
  return bytes;
}

}  // namespace oversee::os
