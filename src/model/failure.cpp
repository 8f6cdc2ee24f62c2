// Formats a failure as a sentence.
#include "model/failure.hpp"

#include <fmt/format.h>

#include <cstring>

namespace oversee::model {

std::string describe(const Failure& failure) {
  std::string text = fmt::format("cannot {}", failure.stage);
  if (!failure.subject.empty()) text += fmt::format(": {}", failure.subject);
  if (failure.error != 0) text += fmt::format(": {}", std::strerror(failure.error));
  if (!failure.remedy.empty()) text += fmt::format("; {}", failure.remedy);
  return text;
}

}  // namespace oversee::model
