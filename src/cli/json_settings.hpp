// Converts settings given as JSON to flags, so that the same parsers check them.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "history/json_reader.hpp"
#include "settings/table.hpp"

namespace oversee::cli {

// Returns flags such as "--timeout=10m"; several for a list or an object if the setting is repeatable. Accepts the
// types of a settings file. The error is a phrase to follow the key: "expected a time, ...".
std::expected<std::vector<std::string>, std::string> json_flags(const settings::Setting& setting,
                                                                const history::JsonValue& value);

// Quotes foreign text for a message; truncates long text.
std::string quoted_word(std::string_view word);

}  // namespace oversee::cli
