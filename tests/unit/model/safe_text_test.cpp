// Tests that all harmful characters are recognized, and no others.
#include "model/safe_text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "model/command_line.hpp"

namespace oversee::model {
namespace {

std::string utf8(char32_t code) {
  if (code < 0x80) return {static_cast<char>(code)};
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | (code >> shift & 0x3fU)); };
  if (code < 0x800) return {static_cast<char>(0xc0U | code >> 6U), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xe0U | code >> 12U), tail(6), tail(0)};
  return {static_cast<char>(0xf0U | code >> 18U), tail(12), tail(6), tail(0)};
}

struct Named {
  std::string_view what;
  char32_t first, last;
};

constexpr std::array kAll{
    Named{"C0", 0x00, 0x1f},
    Named{"DEL and C1", 0x7f, 0x9f},
    Named{"soft hyphen", 0xad, 0xad},
    Named{"Arabic letter mark", 0x61c, 0x61c},
    Named{"zero-width space and joiners, marks of direction", 0x200b, 0x200f},
    Named{"separators of lines and paragraphs", 0x2028, 0x2029},
    Named{"embeddings and overrides", 0x202a, 0x202e},
    Named{"word joiner and invisible operators", 0x2060, 0x2064},
    Named{"isolates", 0x2066, 0x2069},
    Named{"byte order mark", 0xfeff, 0xfeff},
    Named{"fillers of Hangul", 0x3164, 0x3164},
    Named{"tags", 0xe0001, 0xe007f},
};

TEST_CASE("safe text: each harmful character is one '?', wherever it stands") {
  for (const Named& range : kAll) {
    CAPTURE(range.what);
    for (char32_t code = range.first; code <= range.last; ++code) {
      CAPTURE(static_cast<unsigned>(code));
      const std::string text = "a" + utf8(code) + "ä";
      CHECK(harmless(text) == "a?ä");
      CHECK(harmless(utf8(code)) == "?");
      CHECK_FALSE(is_harmless(text));
      // A quoted command line keeps it, in a harmless form.
      const std::vector<std::string> words{text};
      const std::string line = quote_command(words);
      CHECK(is_harmless(line));
      CHECK(line.starts_with("$'a\\"));
      const bool stays = code == '\n' || code == '\r' || code == '\t';
      CHECK(harmless_output(text) == (stays ? text : "a?ä"));
    }
  }
}

TEST_CASE("safe text: each byte that is not UTF-8 is one '?'") {
  for (int byte = 0x80; byte <= 0xff; ++byte) {
    CHECK(harmless(std::string("a") + static_cast<char>(byte) + "b") == "a?b");
  }
  CHECK(harmless("\xe2\x82") == "??");
  CHECK(harmless("\xed\xa0\x80") == "???");  // a surrogate
  CHECK(harmless("\xc0\x9b") == "??");       // an overlong C1
  CHECK(harmless("caf\xe9") == "caf?");
  const std::vector<std::string> words{"caf\xe9"};
  CHECK(quote_command(words) == "$'caf\\351'");
}

TEST_CASE("safe text: all other text is unchanged") {
  for (const std::string_view text : {"", "plain", "grün", "日本語", "e\u0301", "\u2764\ufe0f", "\U0001f600",
                                      "\u0627\u0644", "\u05d0", "\uac00", "\u00a0", "\ufffd"}) {
    CAPTURE(text);
    CHECK(harmless(text) == text);
    CHECK(is_harmless(text));
  }
}

}  // namespace
}  // namespace oversee::model
