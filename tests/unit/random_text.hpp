// Random numbers and texts for tests of properties; by their seed each run makes the same.
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

// At most so many characters of the alphabet; of an empty one, bytes of any value.
inline std::string any_text(Random& random, std::string_view alphabet, std::size_t longest) {
  std::string text(below(random, longest + 1), ' ');
  for (char& c : text) {
    c = alphabet.empty() ? static_cast<char>(below(random, 256)) : alphabet[below(random, alphabet.size())];
  }
  return text;
}

}  // namespace oversee
