// Escapes for XML.
#include "report/xml_text.hpp"

#include <fmt/format.h>

#include "model/safe_text.hpp"
#include "model/utf8.hpp"

namespace oversee::report {
namespace {

std::string_view reference(char c, bool in_attribute) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";  // "]]>" is not allowed in content
    case '\r': return "&#13;";
    case '"': return in_attribute ? "&quot;" : "";
    case '\n': return in_attribute ? "&#10;" : "";
    case '\t': return in_attribute ? "&#9;" : "";
    default: return "";
  }
}

std::string xml_escaped(std::string_view text, bool in_attribute) {
  std::string result;
  while (!text.empty()) {
    const model::Character character = model::first_character(text);
    const std::string_view sequence = text.substr(0, character.size);
    const char first = text.front();
    text.remove_prefix(character.size);
    if (!character.valid) {
      result += "\xef\xbf\xbd";
    } else if (const std::string_view named = reference(first, in_attribute); !named.empty()) {
      result += named;
    } else if (static_cast<unsigned char>(first) < 0x20 && first != '\n' && first != '\t') {
      continue;
    } else if (!character.harmless && first != '\n' && first != '\t') {
      result += fmt::format("&#x{:x};", static_cast<unsigned>(model::code_point(sequence)));
    } else if (sequence != "\xef\xbf\xbe" && sequence != "\xef\xbf\xbf") {  // U+FFFE, U+FFFF
      result += sequence;
    }
  }
  return result;
}

}  // namespace

std::string xml_content(std::string_view text) { return xml_escaped(text, false); }
std::string xml_attribute(std::string_view text) { return xml_escaped(text, true); }

}  // namespace oversee::report
