// The JSON schema of settings files, for editors.
#pragma once

#include <string>

namespace oversee::cli {

// The first argument that requests the schema.
inline constexpr const char* kTomlSchema = "@schema";

// Generated from the table of settings, as draft 7 of json-schema.org, the newest draft that editors' TOML extensions
// reliably support. A test compares configs/oversee.schema.json with it.
std::string toml_schema();

}  // namespace oversee::cli
