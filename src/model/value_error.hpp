// What a value's reader says when it refuses a text; where the text came from is the caller's to add.
#pragma once

#include <expected>
#include <string>

namespace oversee::model {

struct ValueError {
  std::string read;     // the text as it was given
  std::string allowed;  // what would have been right, ready to follow "expected "
};

template <class T>
using Parsed = std::expected<T, ValueError>;

}  // namespace oversee::model
