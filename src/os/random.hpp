// Random bytes for unique names.
#pragma once

#include <array>
#include <cstdint>

namespace oversee::os {

std::array<std::uint8_t, 4> random_bytes();

}  // namespace oversee::os
