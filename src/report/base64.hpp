// Bytes that are no text, as JSON can hold them (RFC 4648).
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

std::string base64(std::string_view bytes);

}  // namespace oversee::report
