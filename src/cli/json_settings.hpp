// Settings as JSON has them, for those who ask for runs by JSON: into flags, which the one table's readers then judge.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "history/json_reader.hpp"
#include "settings/table.hpp"

namespace oversee::cli {

// "--timeout=10m" for the setting; several where it is repeatable and a list or an object is given. Types are those of
// a settings file. What is wrong comes as words that follow the key: "expected a time, ...".
std::expected<std::vector<std::string>, std::string> json_flags(const settings::Setting& setting,
                                                                const history::JsonValue& value);

// For words of others in a sentence: in quotes, cut where they are long.
std::string quoted_word(std::string_view word);

}  // namespace oversee::cli
