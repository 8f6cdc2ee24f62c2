// Makes lines plain.
#include "report/plain_line.hpp"

#include "model/safe_text.hpp"
#include "model/seen_text.hpp"

namespace oversee::report {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

}  // namespace

std::string plain_line(std::string_view line) {
  const std::string bytes = model::seen_line(line);
  bool cut = false;
  std::string text;
  for (std::string_view rest = bytes; !rest.empty();) {
    const model::Character character = model::first_character(rest);
    const bool control = static_cast<unsigned char>(rest.front()) < 0x20 || rest.front() == 0x7f;
    const std::string_view next = rest.front() == '\t'  ? "    "
                                  : control             ? std::string_view()
                                  : !character.valid    ? kReplacement
                                  : !character.harmless ? "?"
                                                        : rest.substr(0, character.size);
    if (text.size() + next.size() > kLongestPlainLine) {
      cut = true;
      break;
    }
    text += next;
    rest.remove_prefix(character.size);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return cut ? text + "..." : text;
}

}  // namespace oversee::report
