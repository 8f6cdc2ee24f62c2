// Measures text with utf8proc; no other file includes it.
#include "model/text_width.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "model/utf8.hpp"

namespace oversee::model {
namespace {

constexpr char32_t kEmojiSelector = 0xfe0f;

bool is_mark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

// Code points that the table lacks may come from a later Unicode: the blocks of emoji and ideographs are wide.
std::size_t width_of_unknown(char32_t code) {
  const bool wide = (code >= 0x1f000 && code <= 0x1faff) || (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

std::size_t width_of(char32_t code) {
  const auto known = static_cast<utf8proc_int32_t>(code);
  const utf8proc_category_t category = utf8proc_category(known);
  if (category == UTF8PROC_CATEGORY_CN) return width_of_unknown(code);
  const auto width = static_cast<std::size_t>(std::max(utf8proc_charwidth(known), 0));
  // Hangul vowels and final consonants have width 0 after a leading consonant, and width 1 elsewhere.
  return is_mark(category) ? width : std::max<std::size_t>(width, 1);
}

// The size and width of the first character. A byte that is not UTF-8 counts as one column.
struct Step {
  std::size_t size;
  std::size_t width;
  bool widens;  // an emoji selector: makes the previous character wide
};

Step first_step(std::string_view text) {
  const char first = text.front();
  if (first >= 0x20 && first < 0x7f) return {1, 1, false};
  const std::size_t size = valid_sequence(text);
  if (size == 0) return {1, 1, false};
  const char32_t code = code_point(text.substr(0, size));
  return {size, width_of(code), code == kEmojiSelector};
}

// Adds up characters, and knows the width so far.
class Ruler {
 public:
  // Returns the total width including this character.
  std::size_t add(const Step& step) {
    if (step.widens && last_ == 1) {
      ++columns_;
      last_ = 2;
    }
    if (step.width != 0) last_ = step.width;
    columns_ += step.width;
    return columns_;
  }

 private:
  std::size_t columns_ = 0;
  std::size_t last_ = 0;  // the width of the last character with a width
};

}  // namespace

std::size_t columns_of(std::string_view text) {
  Ruler ruler;
  std::size_t columns = 0;
  for (; !text.empty(); text.remove_prefix(first_step(text).size)) columns = ruler.add(first_step(text));
  return columns;
}

std::string_view clip(std::string_view text, std::size_t columns) {
  Ruler ruler;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Step step = first_step(text.substr(at));
    if (ruler.add(step) > columns) return text.substr(0, kept);
    at += step.size;
    // A selector may still widen the previous character, so a character is final only when the next one begins.
    const bool widened_next = at < text.size() && first_step(text.substr(at)).widens;
    if (!widened_next) kept = at;
  }
  return text;
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t width = columns_of(text);
  return std::string(text).append(columns - std::min(columns, width), ' ');
}

}  // namespace oversee::model
