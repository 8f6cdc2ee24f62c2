// Parses the control sequences that change a terminal's state.
#include "model/screen_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oversee::model {
namespace {

constexpr char kScreenEscape = '\x1b';
constexpr char kShiftOut = '\x0e';
constexpr char kShiftIn = '\x0f';

// The followed sequences are shorter; a longer one is ignored.
constexpr std::size_t kLongest = 64;

// Undo order: synchronized output first, because it delays everything after it; the screens last, because each has its
// own modes.
constexpr int kModes[] = {2026, 1, 5, 6, 7, 9, 66, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2031};
constexpr int kScreens[] = {47, 1047, 1049};
constexpr int kCursor = 25;

constexpr bool on_by_default(int mode) { return mode == 7 || mode == kCursor; }

bool is_followed(int mode) {
  return mode == kCursor || std::ranges::find(kModes, mode) != std::end(kModes) ||
         std::ranges::find(kScreens, mode) != std::end(kScreens);
}

template <class Each>
void for_each_number(std::string_view numbers, Each each) {
  while (true) {
    const std::string_view number = numbers.substr(0, numbers.find_first_of(";:"));
    int value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    each(value);
    if (number.size() == numbers.size()) return;
    numbers.remove_prefix(number.size() + 1);
  }
}

}  // namespace

bool ScreenState::feed(std::string_view bytes) {
  bool met = false;
  while (!bytes.empty()) {
    if (state_ == State::text) {
      const std::size_t next = bytes.find_first_of("\x1b\x0e\x0f");
      if (next == std::string_view::npos) return met;
      bytes.remove_prefix(next);
    }
    met = true;
    step(bytes.front());
    bytes.remove_prefix(1);
  }
  return met;
}

void ScreenState::step(char c) {
  if (c == kScreenEscape) {
    state_ = State::escape;
  } else if (c == kShiftOut || c == kShiftIn) {
    shifted_out_ = c == kShiftOut;
  } else if (state_ == State::escape) {
    step_escape(c);
  } else if (state_ == State::designation) {
    if (designates_ == '(') line_drawing_ = c == '0';
    state_ = State::text;
  } else if (state_ == State::sequence) {
    if (c >= 0x40 && c <= 0x7e) {
      state_ = State::text;
      finish_sequence(c);
    } else if (c < 0x20 || c == 0x7f || sequence_.size() == kLongest) {
      state_ = State::text;
    } else {
      sequence_ += c;
    }
  }
}

void ScreenState::step_escape(char c) {
  state_ = State::text;
  switch (c) {
    case '[':
      sequence_.clear();
      state_ = State::sequence;
      break;
    case '(':
    case ')':
    case '*':
    case '+':
      designates_ = c;
      state_ = State::designation;
      break;
    case '=': keypad_ = true; break;
    case '>': keypad_ = false; break;
    case 'c': reset(); break;
    default: break;
  }
}

void ScreenState::finish_sequence(char final) {
  const std::string_view numbers = sequence_;
  const char first = numbers.empty() ? '\0' : numbers.front();
  if (first == '?') {
    if (final == 'h' || final == 'l') set_modes(numbers.substr(1), final == 'h');
  } else if (first == '>' || first == '<' || first == '=') {
    set_keys(numbers.substr(1), first, final);
  } else if (numbers == "!" && final == 'p') {  // a soft reset does not reset the mouse modes or the screen
    std::erase_if(changed_, [](int mode) { return mode == 1 || mode == 6 || mode == 7 || mode == kCursor; });
    keypad_ = coloured_ = region_ = line_drawing_ = false;
  } else if (final == 'm') {
    for_each_number(numbers, [this](int number) { coloured_ = number != 0; });
  } else if (final == 'r') {
    region_ = !numbers.empty();
  }
}

void ScreenState::set_modes(std::string_view numbers, bool on) {
  for_each_number(numbers, [&](int mode) {
    if (!is_followed(mode)) return;
    if (on == on_by_default(mode)) {
      changed_.erase(mode);
    } else {
      changed_.insert(mode);
    }
  });
}

void ScreenState::set_keys(std::string_view numbers, char what, char final) {
  int value = 0;
  std::from_chars(numbers.data(), numbers.data() + numbers.size(), value);
  if (final == 'u') {
    if (what == '>') ++keyboards_;
    if (what == '<') keyboards_ = std::max(0, keyboards_ - std::max(1, value));
    if (what == '=') keyboards_ = std::max(1, keyboards_);
  } else if (final == 'm' && what == '>' && value == 4) {
    modified_keys_ = numbers.find(';') != std::string_view::npos && !numbers.ends_with(";0");
  }
}

std::string ScreenState::undo() const {
  std::string text;
  const auto put_back = [&](int mode) {
    if (changed_.contains(mode)) text += fmt::format("\x1b[?{}{}", mode, on_by_default(mode) ? 'h' : 'l');
  };
  for (const int mode : kModes) put_back(mode);
  if (keyboards_ > 0) text += fmt::format("\x1b[<{}u", keyboards_);
  if (modified_keys_) text += "\x1b[>4m";
  if (keypad_) text += "\x1b>";
  if (shifted_out_) text += kShiftIn;
  if (line_drawing_) text += "\x1b(B";
  if (coloured_) text += "\x1b[0m";
  for (const int screen : kScreens) put_back(screen);
  if (region_) {
    text +=
        "\x1b"
        "7\x1b[r\x1b"
        "8";
  }
  put_back(kCursor);
  return text;
}

// Leaving the alternate screen when it is not shown would restore a stale saved cursor, from the start of the last
// program that used it. So this enters it first, which saves the cursor and changes nothing if it is already shown.
std::string undo_of_unknown() {
  return "\x1b[?1l\x1b[?7h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b>\x1b[0m"
         "\x1b[?1049h\x1b[?1049l"
         "\x1b\x37\x1b[r\x1b\x38\x1b[?25h";
}

}  // namespace oversee::model
