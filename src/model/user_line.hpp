// A shell line of the user's that is run beside the command: which there are, and how one went.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/duration.hpp"
#include "model/signal_name.hpp"

namespace oversee::model {

// --on-timeout's and --before-retry's. The words are those of the events and the JSON summary.
enum class UserLineKind : std::uint8_t { on_timeout, before_retry };
std::string_view to_string(UserLineKind kind);

struct UserLineResult {
  std::optional<int> exit_code = {};
  std::optional<Signal> signal = {};
  std::string failure = {};  // why it could not be run
  bool cut_short = false;    // its time was over, or the user's patience
  std::uint64_t bytes = 0;
  std::uint64_t omitted_bytes = 0;  // of these, past what is kept
  Duration took{};

  bool success() const { return exit_code == 0; }
  bool operator==(const UserLineResult&) const = default;
};
std::string describe(const UserLineResult& result);

}  // namespace oversee::model
