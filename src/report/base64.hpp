// Base64 (RFC 4648), for bytes in JSON that are not text.
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

std::string base64(std::string_view bytes);

}  // namespace oversee::report
