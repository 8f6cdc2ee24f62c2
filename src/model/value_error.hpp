// The error of a parser that refuses a value; the caller adds where the text came from.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace oversee::model {

struct ValueError {
  std::string read;     // the text as given
  std::string allowed;  // what would be valid, worded to follow "expected "
};

template <class T>
using Parsed = std::expected<T, ValueError>;

inline std::unexpected<ValueError> refuse_value(std::string_view text, std::string_view allowed) {
  return std::unexpected(ValueError{std::string(text), std::string(allowed)});
}

}  // namespace oversee::model
