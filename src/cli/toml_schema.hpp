// What a settings file may hold, as a JSON schema, for editors.
#pragma once

#include <string>

namespace oversee::cli {

// The first argument that asks for the schema below.
inline constexpr const char* kTomlSchema = "@schema";

// Draft 7 of json-schema.org, as the editors' TOML extensions know no later one for certain. From the table of
// settings; configs/oversee.schema.json is a copy, which a test compares.
std::string toml_schema();

}  // namespace oversee::cli
