// Makes lines plain.
#include "report/plain_line.hpp"

#include "model/seen_text.hpp"
#include "report/byte_text.hpp"

namespace oversee::report {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

}  // namespace

std::string plain_line(std::string_view line) {
  const std::string bytes = model::seen_line(line);
  bool cut = false;
  std::string text;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::size_t length = valid_sequence(rest);
    const auto first = static_cast<unsigned char>(rest.front());
    const bool control = first < 0x20 || first == 0x7f;
    const std::string_view next = first == '\t' ? "    "
                                  : control     ? std::string_view()
                                  : length == 0 ? kReplacement
                                                : rest.substr(0, length);
    if (text.size() + next.size() > kLongestPlainLine) {
      cut = true;
      break;
    }
    text += next;
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return cut ? text + "..." : text;
}

}  // namespace oversee::report
