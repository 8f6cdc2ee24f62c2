// Tests that escape sequences are removed whole wherever they are split, and all else is kept.
#include "model/escape_stripper.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace oversee::model {
namespace {

using namespace std::string_literals;

std::string stripped(std::string_view text) {
  EscapeStripper stripper;
  std::string out;
  stripper.strip(text, out);
  stripper.release(out);
  return out;
}

struct Case {
  std::string text;
  std::string left;
};

const Case kCases[] = {
    {"plain text\r\n\tand \b\a\x7f\0 more"s, "plain text\r\n\tand \b\a\x7f\0 more"s},
    {"caf\xc3\xa9 \xe2\x9c\x9b \xff\x9b\x80", "caf\xc3\xa9 \xe2\x9c\x9b \xff\x9b\x80"},
    // CSI
    {"a\x1b[31mred\x1b[0mb", "aredb"},
    {"\x1b[1;38;5;200mx\x1b[?25l\x1b[2J\x1b[>c\x1b[!p\x1b[3 q.", "x."},
    {"\x1b[mx\x1b[@y", "xy"},
    {"\x1b[3\r1mx", "\rx"},       // a terminal acts on the control inside
    {"\x1b[31\nmx", "\nmx"},      // a newline ends the sequence
    {"\x1b[31\x18mx", "\x18mx"},  // so do CAN and SUB
    {"\x1b[31\x1b[32mx", "x"},    // and another escape sequence
    {"\x1b[31\xc3\xa9", "\xc3\xa9"},
    // OSC
    {"\x1b]0;title\ax", "x"},
    {"\x1b]0;title\x1b\\x", "x"},
    {"\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\.", "link."},
    {"\x1b]0;caf\xc3\xa9\ax", "x"},
    {"\x1b]0;never ended\nnext line", "\nnext line"},
    {"\x1b]0;title\xc2\x9cx", "x"},
    {"\x1b]0;title\x1b[31mx", "x"},
    // DCS, SOS, PM, APC
    {"\x1bPq#0;2;0;0;0\a~~@@\x1b\\x", "x"},
    {"\x1bXstring\x1b\\x\x1b^message\x1b\\y\x1b_Gf=100\x1b\\z", "xyz"},
    // Others
    {"\x1b(Bx\x1b)0y\x1b#8z\x1b%Gw", "xyzw"},
    {"\0337x\0338\033=\033>\033c\033M\033Ey", "xy"},
    {"\x1b\x1b[31mx", "x"},
    {"\x1b\n[31m", "\n[31m"},
    {"\x1b\xc3\xa9", "\xc3\xa9"},
    {"x\x1b", "x"},
    {"x\x1b[", "x"},
    // C1 controls in UTF-8
    {"\xc2\x9b"
     "31mx\xc2\x85y\xc2\xa0z",
     "31mxy\xc2\xa0z"},
    {"\xc2\xc2\x9bx\xc2", "\xc2x\xc2"},
    {"\xc2\x1b[31mx", "\xc2x"},
};

TEST_CASE("escape stripper: removes whole sequences and keeps the rest") {
  for (const Case& each : kCases) {
    CAPTURE(each.text);
    CHECK(stripped(each.text) == each.left);
  }
}

TEST_CASE("escape stripper: the result does not depend on the splitting") {
  for (const Case& each : kCases) {
    CAPTURE(each.text);
    for (std::size_t one = 0; one <= each.text.size(); ++one) {
      for (std::size_t other = one; other <= each.text.size(); ++other) {
        const std::string_view text = each.text;
        EscapeStripper stripper;
        std::string out;
        stripper.strip(text.substr(0, one), out);
        stripper.strip(text.substr(one, other - one), out);
        stripper.strip(text.substr(other), out);
        stripper.release(out);
        REQUIRE(out == each.left);
      }
    }
  }
}

TEST_CASE("escape stripper: no text leaves a sequence that a terminal would obey") {
  constexpr std::string_view kSpecial = "\x1b\x1b\x1b[]PX^_\\;0m\a\n\x18\xc2\x9b\x9d\x9c(B";
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    EscapeStripper stripper;
    std::string out;
    std::string text;
    std::size_t newlines = 0;
    for (std::size_t i = random() % 60; i > 0; --i) {
      text += kSpecial[random() % kSpecial.size()];
      newlines += text.back() == '\n' ? 1 : 0;
      stripper.strip(text.substr(text.size() - 1), out);
      if (random() % 5 == 0) stripper.release(out);
    }
    stripper.release(out);
    CAPTURE(text);
    REQUIRE(out.find('\x1b') == std::string::npos);
    REQUIRE(static_cast<std::size_t>(std::ranges::count(out, '\n')) == newlines);
    EscapeStripper whole;
    std::string at_once;
    whole.strip(text, at_once);
    whole.release(at_once);
    REQUIRE(at_once.find("\xc2\x9b") == std::string::npos);
    REQUIRE(at_once.find("\xc2\x9d") == std::string::npos);
  }
}

}  // namespace
}  // namespace oversee::model
