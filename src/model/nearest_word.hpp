// Suggests the known word for a mistyped one.
#pragma once

#include <span>
#include <string_view>

namespace oversee::model {

// The nearest of the known words; empty if none is close enough.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace oversee::model
