// Escapes text for XML 1.0.
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

// Omits characters that XML 1.0 does not allow (production 2, Char); bytes that are not UTF-8 become U+FFFD.
std::string xml_content(std::string_view text);

// For a double-quoted attribute: also escapes newlines and tabs, which a parser would turn into spaces (section 3.3.3).
std::string xml_attribute(std::string_view text);

}  // namespace oversee::report
