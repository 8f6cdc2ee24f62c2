// A user's exit code for a reason: "timeout=75".
#pragma once

#include <string_view>

#include "model/outcome.hpp"
#include "model/value_error.hpp"

namespace oversee::model {

struct ReasonCode {
  Reason reason;
  int code;

  // A reason as in the summary, and a code from 1 to 255: 0 would turn a failure into a success.
  static Parsed<ReasonCode> parse(std::string_view text);
};

}  // namespace oversee::model
