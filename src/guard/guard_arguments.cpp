// Builds and parses the guard's argv.
#include "guard/guard_arguments.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

namespace oversee::guard {

std::vector<std::string> guard_arguments(const InheritedDescriptors& descriptors, const std::string& run_id) {
  std::vector<std::string> arguments{"oversee", kFirstArgument};
  for (const int each : {descriptors.control, descriptors.input, descriptors.output, descriptors.error,
                         descriptors.terminal, descriptors.slot}) {
    arguments.push_back(fmt::format("{}", each));
  }
  arguments.push_back(run_id);
  return arguments;
}

std::optional<InheritedDescriptors> read_guard_arguments(std::span<char*> arguments) {
  InheritedDescriptors read;
  const std::array<int*, 6> descriptors{&read.control, &read.input,    &read.output,
                                        &read.error,   &read.terminal, &read.slot};
  constexpr std::size_t kBefore = 2;
  if (arguments.size() != kBefore + descriptors.size() + 1) return {};
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    const std::string_view text = arguments[kBefore + i];
    if (std::from_chars(text.data(), text.data() + text.size(), *descriptors.at(i)).ec != std::errc{}) return {};
  }
  return read;
}

}  // namespace oversee::guard
