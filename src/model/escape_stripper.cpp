// The state machine that recognizes escape sequences.
#include "model/escape_stripper.hpp"

#include <algorithm>

namespace oversee::model {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kBell = '\a';
constexpr char kCancel = '\x18';  // aborts an unfinished sequence (ECMA-48, 8.3.6), as SUB does
constexpr char kSubstitute = '\x1a';
constexpr char kControlLead = '\xc2';  // first byte of U+0080 to U+009F; the second is 0x80 to 0x9f (RFC 3629)
constexpr char kTerminator = '\x9c';   // second byte of ST (U+009C), after kControlLead

constexpr unsigned char value(char c) { return static_cast<unsigned char>(c); }
constexpr bool is_control(char c) { return value(c) < 0x20 || c == '\x7f'; }
constexpr bool is_high_control(char c) { return value(c) >= 0x80 && value(c) < 0xa0; }
constexpr bool is_intermediate(char c) { return c >= 0x20 && c <= 0x2f; }
constexpr bool is_parameter(char c) { return c >= 0x20 && c <= 0x3f; }

constexpr bool ends_any(char c) { return c == '\n' || c == kCancel || c == kSubstitute; }

}  // namespace

void EscapeStripper::strip(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (state_ == State::text && held_ == 0) {
      const auto* const end = std::ranges::find_if(bytes, [](char c) { return c == kEscape || c == kControlLead; });
      const auto plain = static_cast<std::size_t>(end - bytes.begin());
      out += bytes.substr(0, plain);
      bytes.remove_prefix(plain);
      if (bytes.empty()) return;
    }
    step(bytes.front(), out);
    bytes.remove_prefix(1);
  }
}

void EscapeStripper::release(std::string& out) {
  out.append(held_, kControlLead);
  held_ = 0;
}

// The order of the conditions decides, so branches with equal bodies stay apart.
// NOLINTBEGIN(bugprone-branch-clone)
void EscapeStripper::step(char c, std::string& out) {
  if (c == kEscape) {  // aborts an unfinished sequence, or starts the ST that ends a string
    state_ = State::escape;
    first_ = true;
  } else if (state_ == State::text) {
    keep(c, out);
  } else if (ends_any(c)) {
    keep(c, out);
    state_ = State::text;
  } else if (state_ == State::title || state_ == State::string) {
    step_string(c);
  } else if (is_control(c)) {
    keep(c, out);
  } else if (value(c) >= 0x80) {
    keep(c, out);
    state_ = State::text;
  } else if (state_ == State::parameters) {
    if (!is_parameter(c)) state_ = State::text;
  } else {
    step_escape(c);
  }
}
// NOLINTEND(bugprone-branch-clone)

void EscapeStripper::step_escape(char c) {
  if (is_intermediate(c)) {
    first_ = false;
  } else if (first_ && c == '[') {
    state_ = State::parameters;
  } else if (first_ && (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')) {
    state_ = c == ']' ? State::title : State::string;
    lead_ = false;
  } else {
    state_ = State::text;
  }
}

// A two-byte ST (ESC and '\') needs no code here: the escape state consumes it as a sequence with a final byte.
void EscapeStripper::step_string(char c) {
  if ((lead_ && c == kTerminator) || (state_ == State::title && c == kBell)) state_ = State::text;
  lead_ = c == kControlLead;
}

// Drops the C1 controls that UTF-8 writes in two bytes, but keeps their parameters: text that was encoded twice is full
// of such bytes, and its words are wanted. First bytes are buffered, because dropping the control behind them would
// make a new pair with the byte after it.
void EscapeStripper::keep(char c, std::string& out) {
  if (c == kControlLead) {
    ++held_;
  } else if (held_ != 0 && is_high_control(c)) {
    --held_;
  } else {
    release(out);
    out += c;
  }
}

}  // namespace oversee::model
