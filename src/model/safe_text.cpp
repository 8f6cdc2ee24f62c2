// Recognizes harmful characters.
#include "model/safe_text.hpp"

#include <algorithm>
#include <array>

#include "model/utf8.hpp"

namespace oversee::model {
namespace {

struct Range {
  char32_t first, last;
};

// Unicode 15: the general categories Cc, Zl and Zp; the invisible characters of Cf; and other invisible letters and
// marks (Default_Ignorable_Code_Point). Variation selectors are allowed, because emoji need them.
constexpr std::array kHarmful{
    Range{0x0000, 0x001f},    // C0
    Range{0x007f, 0x009f},    // DEL, C1
    Range{0x00ad, 0x00ad},    // soft hyphen
    Range{0x034f, 0x034f},    // combining grapheme joiner
    Range{0x061c, 0x061c},    // Arabic letter mark
    Range{0x115f, 0x1160},    // Hangul fillers
    Range{0x17b4, 0x17b5},    // Khmer inherent vowels
    Range{0x180b, 0x180f},    // Mongolian selectors and separator
    Range{0x200b, 0x200f},    // zero-width space and joiners, marks of direction
    Range{0x2028, 0x202e},    // line, paragraph; embeddings and overrides of direction
    Range{0x2060, 0x206f},    // word joiner, invisible operators, isolates
    Range{0x3164, 0x3164},    // Hangul filler
    Range{0xfeff, 0xfeff},    // byte order mark
    Range{0xffa0, 0xffa0},    // halfwidth Hangul filler
    Range{0xfff0, 0xfffb},    // unassigned and interlinear annotation
    Range{0x1bca0, 0x1bca3},  // shorthand controls
    Range{0x1d173, 0x1d17a},  // musical controls
    Range{0xe0000, 0xe0fff},  // tags
};

bool is_harmful(char32_t code) {
  const auto range = std::ranges::lower_bound(kHarmful, code, {}, &Range::last);
  return range != kHarmful.end() && range->first <= code;
}

template <class Keep>
std::string replaced(std::string_view text, Keep keep) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.harmless || keep(text.front())) {
      result += text.substr(0, character.size);
    } else {
      result += '?';
    }
    text.remove_prefix(character.size);
  }
  return result;
}

}  // namespace

Character first_character(std::string_view text) {
  const char first = text.front();
  if (first >= 0x20 && first < 0x7f) return {1, true, true};
  const std::size_t size = valid_sequence(text);
  if (size == 0) return {1, false, false};
  return {size, true, !is_harmful(code_point(text.substr(0, size)))};
}

bool is_harmless(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.harmless) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

std::string harmless(std::string_view text) {
  return replaced(text, [](char) { return false; });
}

std::string harmless_output(std::string_view text) {
  return replaced(text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
}

}  // namespace oversee::model
