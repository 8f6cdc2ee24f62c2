// Tests UTF-8: boundaries, truncated sequences, code points.
#include "model/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oversee::model {
namespace {

TEST_CASE("utf8: the borders of UTF-8") {
  for (const std::string_view good : {"", "a", "\x7f", "\u0080", "\u07ff", "\u0800", "\xed\x9f\xbf", "\ue000", "\uffff",
                                      "\U00010000", "\U0010ffff", "gr\u00fc\u00df\u20ac\U0001f600!"}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  CHECK(is_utf8(std::string_view("\0", 1)));
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "a\xe2(\xa1"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("utf8: a split sequence waits for its rest, wherever it is split") {
  for (const std::string_view whole :
       {"\u00e9", "\u20ac", "\U0001f600", "\u0800", "\xed\x9f\xbf", "\U00010000", "\U0010ffff"}) {
    for (const std::string_view before : {"", "a", "abcd", "\u20ac"}) {
      CAPTURE(whole);
      CAPTURE(before);
      const std::string text = std::string(before) += whole;
      CHECK(unfinished_tail(text) == 0);
      for (std::size_t kept = 1; kept < whole.size(); ++kept) {
        CHECK(unfinished_tail(std::string_view(text).substr(0, before.size() + kept)) == kept);
      }
    }
  }
}

TEST_CASE("utf8: an invalid sequence does not wait") {
  for (const std::string_view never :
       {"", "a", "\x80", "\x80\x80\x80", "\xc0", "\xc1", "\xf5", "\xff", "\xe0\x80", "\xed\xa0", "\xf0\x80", "\xf4\x90",
        "\xf4\x90\x80", "\xe2(", "\xc3\xa9\x80", "\xe2\x82\xff", "\xf0\x9f\x98\x80\x80"}) {
    CAPTURE(never);
    CHECK(unfinished_tail(never) == 0);
  }
}

TEST_CASE("utf8: code points") {
  for (const char32_t code : {U'a', U'\u0080', U'\u07ff', U'\u0800', U'\uffff', U'\U00010000', U'\U0010ffff'}) {
    std::string text;
    if (code < 0x80) {
      text = {static_cast<char>(code)};
    } else if (code < 0x800) {
      text = {static_cast<char>(0xc0U | code >> 6U), static_cast<char>(0x80U | (code & 0x3fU))};
    } else if (code < 0x10000) {
      text = {static_cast<char>(0xe0U | code >> 12U), static_cast<char>(0x80U | (code >> 6U & 0x3fU)),
              static_cast<char>(0x80U | (code & 0x3fU))};
    } else {
      text = {static_cast<char>(0xf0U | code >> 18U), static_cast<char>(0x80U | (code >> 12U & 0x3fU)),
              static_cast<char>(0x80U | (code >> 6U & 0x3fU)), static_cast<char>(0x80U | (code & 0x3fU))};
    }
    CHECK(code_point(text) == code);
  }
}

}  // namespace
}  // namespace oversee::model
