// Hooks: the user's shell lines that run beside the command, and the result of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/duration.hpp"
#include "model/signal_name.hpp"

namespace oversee::model {

// The hooks --on-timeout and --before-retry. Same names as in the events and the JSON summary.
enum class UserLineKind : std::uint8_t { on_timeout, before_retry };
std::string_view to_string(UserLineKind kind);

struct UserLineResult {
  std::optional<int> exit_code = {};
  std::optional<Signal> signal = {};
  std::string failure = {};  // why it could not be run
  bool cut_short = false;    // stopped by its time limit or by the user
  std::uint64_t bytes = 0;
  std::uint64_t omitted_bytes = 0;  // past the limit on kept bytes
  Duration took{};

  bool success() const { return exit_code == 0; }
  bool operator==(const UserLineResult&) const = default;
};
std::string describe(const UserLineResult& result);

}  // namespace oversee::model
