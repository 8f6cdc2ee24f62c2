// The output files that a run's settings name: resolved, checked and compared before any is opened.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"
#include "os/destination.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

struct NamedOutputs {
  // Must be called before opening other long-lived descriptors; otherwise a descriptor that the user names without
  // having opened it could refer to one of them. Named descriptors are duplicated into `held` and become CLOEXEC.
  // Fails if a file cannot be written or two settings name the same file.
  static model::Result<NamedOutputs> find(const settings::Settings& settings);

  std::optional<os::Destination> log;
  std::optional<os::Destination> json;
  std::optional<os::Destination> junit;
  std::optional<os::Destination> markdown;
  std::array<std::optional<os::Destination>, model::kStreams> copies;  // for the first attempt
  std::vector<os::UniqueFd> held;
};

// Replaces "%a" in the name by the attempt's number and "%%" by a per cent sign.
std::string attempt_file(const std::string& name, int attempt);

// Whether every attempt has its own file.
bool is_pattern(const std::string& name);

}  // namespace oversee::cli
