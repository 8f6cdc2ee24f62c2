// Draws lines as a terminal would.
#include "model/seen_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "model/escape_stripper.hpp"

namespace oversee::model {
namespace {

constexpr char kSeenEscape = '\x1b';
constexpr char kSeenControlLead = '\xc2';  // first byte of U+0080 to U+009F in UTF-8

// Wider than any terminal; bounds the blanks that one sequence can add.
constexpr std::size_t kWidest = 4096;

constexpr bool changes(char c) {
  const auto value = static_cast<unsigned char>(c);
  return (value < 0x20 && c != '\t' && c != '\n') || c == '\x7f' || c == kSeenControlLead;
}

bool is_plain(std::string_view text) { return std::ranges::none_of(text, changes); }

constexpr bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

// One line of a terminal.
class Drawing {
 public:
  void draw(std::string_view text) {
    while (!text.empty()) {
      std::size_t size = 1;
      while (size < text.size() && size < 4 && continues_character(text[size]) && !continues_character(text.front()))
        ++size;
      put(text.substr(0, size));
      text.remove_prefix(size);
    }
  }

  // The final byte of a sequence, and its first parameter (0 if missing).
  void act(char final, std::size_t parameter) {
    const std::size_t count = std::min(std::max<std::size_t>(parameter, 1), kWidest);
    switch (final) {
      case 'C': column_ = std::min(column_ + count, std::max(column_, kWidest)); break;
      case 'D': column_ -= std::min(column_, count); break;
      case 'G': column_ = count - 1; break;
      case 'K': erase(parameter); break;
      default: break;
    }
  }

  std::string text() const {
    std::string text;
    for (const std::string_view cell : cells_) text += cell;
    return text;
  }

 private:
  void put(std::string_view character) {
    if (character == "\r") {
      column_ = 0;
    } else if (character == "\b") {
      column_ -= column_ == 0 ? 0 : 1;
    } else if (character == "\t" || !changes(character.front()) || character.size() > 1) {
      if (column_ >= cells_.size()) cells_.resize(column_ + 1, " ");
      cells_[column_++] = character;
    }
  }

  void erase(std::size_t what) {
    if (what == 0) cells_.resize(std::min(cells_.size(), column_));
    if (what == 1) std::fill_n(cells_.begin(), std::min(cells_.size(), column_ + 1), " ");
    if (what == 2) cells_.clear();
  }

  std::vector<std::string_view> cells_;
  std::size_t column_ = 0;
};

}  // namespace

std::string seen_line(std::string_view line) {
  if (is_plain(line)) return std::string(line);
  // The drawing holds views into the stripped texts, so they must not move.
  std::vector<std::string> stripped;
  stripped.reserve(1 + static_cast<std::size_t>(std::ranges::count(line, kSeenEscape)));
  Drawing drawing;
  while (!line.empty()) {
    const std::size_t next = line.find(kSeenEscape, 1);
    const std::string_view part = line.substr(0, next);
    line.remove_prefix(part.size());
    if (part.starts_with("\x1b[")) {
      std::size_t parameter = 0;
      const auto* const number = part.data() + 2;
      (void)std::from_chars(number, part.data() + part.size(), parameter);
      const std::size_t final = part.find_first_not_of("0123456789;:", 2);
      if (final != std::string_view::npos) drawing.act(part[final], parameter);
    }
    std::string& text = stripped.emplace_back();
    EscapeStripper stripper;
    stripper.strip(part, text);
    stripper.release(text);
    drawing.draw(text);
  }
  return drawing.text();
}

std::string_view SeenText::feed(std::string_view bytes) {
  const std::size_t last = bytes.rfind('\n');
  std::string_view lines;
  if (last != std::string_view::npos) {
    lines = bytes.substr(0, last + 1);
    bytes.remove_prefix(last + 1);
    if (!unfinished_.empty()) {
      lines_ = std::exchange(unfinished_, {});
      lines = lines_ += lines;
    }
  }
  unfinished_ += bytes;
  if (lines.empty() && unfinished_.size() > kLongestLine) return finish();
  if (is_plain(lines)) return lines;
  seen_.clear();
  for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    seen_ += seen_line(lines.substr(0, end));
    seen_ += '\n';
    lines.remove_prefix(end + 1);
  }
  return seen_;
}

std::string_view SeenText::finish() { return seen_ = seen_line(std::exchange(unfinished_, {})); }

}  // namespace oversee::model
