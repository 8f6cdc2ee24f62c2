// The error of a parser that refuses a value; the caller adds where the text came from.
#pragma once

#include <expected>
#include <string>

namespace oversee::model {

struct ValueError {
  std::string read;     // the text as given
  std::string allowed;  // what would be valid, worded to follow "expected "
};

template <class T>
using Parsed = std::expected<T, ValueError>;

}  // namespace oversee::model
