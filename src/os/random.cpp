// Asks the kernel for randomness.
#include "os/random.hpp"

#include <sys/random.h>

namespace oversee::os {

std::array<std::uint8_t, 4> random_bytes() {
  std::array<std::uint8_t, 4> bytes{};
  // Zeros at worst: the maker of names tries again.
  [[maybe_unused]] const ssize_t got = ::getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK);
  return bytes;
}

}  // namespace oversee::os
