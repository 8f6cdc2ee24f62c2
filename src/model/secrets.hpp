// Secrets in command lines, known by the names that people give them: what is printed, recorded and reported has "***"
// in their place. What is run is not changed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::model {

inline constexpr std::string_view kMasked = "***";

// Whether a variable of that name holds a secret: TOKEN, SECRET, PASSWORD, PASSWD or KEY is part of it, in any case.
bool names_secret(std::string_view variable);

// "K=V" with its value masked where K names a secret.
std::string masked_assignment(std::string_view assignment);

// A command's words: of --password=V and --token V, and of NAME=V where NAME names a secret, V is masked; so they are
// within a word that is a shell's line.
std::vector<std::string> masked_words(std::span<const std::string> words);

// A line for a shell, treated so. Quotes are followed as far as a word is quoted at a stretch.
std::string masked_line(std::string_view line);

}  // namespace oversee::model
