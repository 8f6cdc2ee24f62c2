// Masks secrets in command lines that are printed, recorded or reported, recognized by their names. The command itself
// gets them unchanged.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::model {

inline constexpr std::string_view kMasked = "***";

// Whether the variable's name contains TOKEN, SECRET, PASSWORD, PASSWD or KEY, in any case.
bool names_secret(std::string_view variable);

// "K=V", with V masked if K names a secret.
std::string masked_assignment(std::string_view assignment);

// Masks V in the arguments --password=V, --token V, and NAME=V if NAME names a secret; also inside an argument that is
// a shell line.
std::vector<std::string> masked_words(std::span<const std::string> words);

// Like masked_words(), for a shell line. Blanks in quotes do not end a value; a quoted nested line is not searched.
std::string masked_line(std::string_view line);

}  // namespace oversee::model
