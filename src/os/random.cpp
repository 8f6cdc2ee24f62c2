// Asks the kernel for randomness.
#include "os/random.hpp"

#include <sys/random.h>

namespace oversee::os {

std::array<std::uint8_t, 4> random_bytes() {
  std::array<std::uint8_t, 4> bytes{};
  (void)::getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK);  // zeros at worst: the maker of names tries again
  return bytes;
}

}  // namespace oversee::os
