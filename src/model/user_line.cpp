// Words for hooks.
#include "model/user_line.hpp"

#include <fmt/format.h>

#include "model/byte_size.hpp"

namespace oversee::model {

std::string_view to_string(UserLineKind kind) {
  switch (kind) {
    case UserLineKind::on_timeout: return "on_timeout";
    case UserLineKind::before_retry: return "before_retry";
  }
  return "";
}

std::string describe(const UserLineResult& result) {
  if (!result.failure.empty()) return fmt::format("could not be run: {}", result.failure);
  std::string text = "ended";
  if (result.cut_short) {
    text = "killed";
  } else if (result.exit_code) {
    text = fmt::format("exit {}", *result.exit_code);
  } else if (result.signal) {
    text = fmt::format("killed by signal {}", signal_name(*result.signal));
  }
  text += fmt::format(" after {}", describe_duration(result.took));
  if (result.omitted_bytes > 0)
    text += fmt::format(", {} of its output left out", describe_byte_size(result.omitted_bytes));
  return text;
}

}  // namespace oversee::model
