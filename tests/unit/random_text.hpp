// Random numbers and texts for property tests; the same for the same seed.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace oversee {

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

// At most this many characters of the alphabet; an empty alphabet means bytes of any value.
inline std::string any_text(Random& random, std::string_view alphabet, std::size_t longest) {
  std::string text(below(random, longest + 1), ' ');
  for (char& c : text) {
    c = alphabet.empty() ? static_cast<char>(below(random, 256)) : alphabet[below(random, alphabet.size())];
  }
  return text;
}

}  // namespace oversee
