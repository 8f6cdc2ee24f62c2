// Randomness for names that must not collide.
#pragma once

#include <array>
#include <cstdint>

namespace oversee::os {

std::array<std::uint8_t, 4> random_bytes();

}  // namespace oversee::os
