// Makes lines plain.
#include "report/plain_line.hpp"

#include "report/byte_text.hpp"
#include "report/escape_stripper.hpp"

namespace oversee::report {
namespace {

// With room for sequences that will go: a coloured line is twice as long as what is seen of it.
constexpr std::size_t kLongestRead = 8 * kLongestPlainLine;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

}  // namespace

std::string plain_line(std::string_view line) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  if (const std::size_t start = line.rfind('\r'); start != std::string_view::npos) line.remove_prefix(start + 1);
  bool cut = line.size() > kLongestRead;
  std::string bytes;
  EscapeStripper stripper;
  stripper.strip(line.substr(0, kLongestRead), bytes);
  stripper.release(bytes);

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
