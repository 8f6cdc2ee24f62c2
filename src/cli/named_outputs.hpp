// The files that a run's settings name to be written: found, judged and told apart before anything is opened.
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
  // To be called before anything else is opened that stays open: a descriptor that the user names but has not opened
  // would be that one's. Descriptors are held by copies of their own, and are none of the command's from now on.
  // Fails where one of the files cannot be written, or two settings name the same.
  static model::Result<NamedOutputs> find(const settings::Settings& settings);

  std::optional<os::Destination> log;
  std::optional<os::Destination> json;
  std::optional<os::Destination> junit;
  std::optional<os::Destination> markdown;
  std::array<std::optional<os::Destination>, model::kStreams> copies;  // of the first attempt
  std::vector<os::UniqueFd> held;
};

// The file of an attempt's copy: "%a" in the name is its number, "%%" a per cent sign.
std::string attempt_file(const std::string& name, int attempt);

// Whether each attempt has a file of its own.
bool is_pattern(const std::string& name);

}  // namespace oversee::cli
