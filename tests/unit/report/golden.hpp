// Documents that are compared with files of tests/golden, which people have looked at.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace oversee::report {

inline std::string golden_path(const std::string& name) { return std::string(GOLDEN_DIRECTORY) + '/' + name; }

// The file's content. With OVERSEE_WRITE_GOLDEN set, what is given is written there first, to be looked at.
inline std::string golden(const std::string& name, const std::string& written) {
  if (std::getenv("OVERSEE_WRITE_GOLDEN") != nullptr) std::ofstream(golden_path(name)) << written;
  std::ifstream file(golden_path(name));
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace oversee::report
