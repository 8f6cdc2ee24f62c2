// The word that somebody meant who mistyped one.
#pragma once

#include <span>
#include <string_view>

namespace oversee::model {

// The nearest of the known words; empty where none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace oversee::model
