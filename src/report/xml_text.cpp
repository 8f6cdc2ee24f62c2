// Escapes for XML.
#include "report/xml_text.hpp"

#include "report/byte_text.hpp"

namespace oversee::report {
namespace {

std::string_view reference(char c, bool in_attribute) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";  // "]]>" may not stand in content
    case '\r': return "&#13;";
    case '"': return in_attribute ? "&quot;" : "";
    case '\n': return in_attribute ? "&#10;" : "";
    case '\t': return in_attribute ? "&#9;" : "";
    default: return "";
  }
}

std::string escaped(std::string_view text, bool in_attribute) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = valid_sequence(text);
    const std::string_view sequence = text.substr(0, length);
    const char first = text.front();
    text.remove_prefix(length == 0 ? 1 : length);
    if (length == 0) {
      result += "\xef\xbf\xbd";
    } else if (const std::string_view named = reference(first, in_attribute); !named.empty()) {
      result += named;
    } else if (static_cast<unsigned char>(first) < 0x20 && first != '\n' && first != '\t') {
      continue;
    } else if (sequence != "\xef\xbf\xbe" && sequence != "\xef\xbf\xbf") {  // U+FFFE, U+FFFF
      result += sequence;
    }
  }
  return result;
}

}  // namespace

std::string xml_content(std::string_view text) { return escaped(text, false); }
std::string xml_attribute(std::string_view text) { return escaped(text, true); }

}  // namespace oversee::report
