// Compares documents with the reviewed files in tests/golden.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace oversee::report {

inline std::string golden_path(const std::string& name) { return std::string(GOLDEN_DIRECTORY) + '/' + name; }

// The content of the file. If OVERSEE_WRITE_GOLDEN is set, `written` is stored there first, for review.
inline std::string golden(const std::string& name, const std::string& written) {
  if (std::getenv("OVERSEE_WRITE_GOLDEN") != nullptr) std::ofstream(golden_path(name)) << written;
  std::ifstream file(golden_path(name));
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace oversee::report
