// An exit code that a user gives to a reason: "timeout=75".
#pragma once

#include <string_view>

#include "model/outcome.hpp"
#include "model/value_error.hpp"

namespace oversee::model {

struct ReasonCode {
  Reason reason;
  int code;

  // A word of the summary's `reason`, and a code from 1 to 255: no failure can be made a success.
  static Parsed<ReasonCode> parse(std::string_view text);
};

}  // namespace oversee::model
