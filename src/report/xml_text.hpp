// Text as XML 1.0 can hold it.
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

// What XML 1.0 has no place for (production 2, Char) is left out; bytes that are not UTF-8 become U+FFFD.
std::string xml_content(std::string_view text);

// The same between double quotes; newlines and tabs as references, as a parser makes spaces of them (section 3.3.3).
std::string xml_attribute(std::string_view text);

}  // namespace oversee::report
