// Bytes as text: what is UTF-8, where a sequence was cut, base64.
#include "report/byte_text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace oversee::report {
namespace {

TEST_CASE("byte text: the borders of UTF-8") {
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

TEST_CASE("byte text: a sequence that was cut waits for its rest, wherever it was cut") {
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

TEST_CASE("byte text: what nothing can make whole does not wait") {
  for (const std::string_view never :
       {"", "a", "\x80", "\x80\x80\x80", "\xc0", "\xc1", "\xf5", "\xff", "\xe0\x80", "\xed\xa0", "\xf0\x80", "\xf4\x90",
        "\xf4\x90\x80", "\xe2(", "\xc3\xa9\x80", "\xe2\x82\xff", "\xf0\x9f\x98\x80\x80"}) {
    CAPTURE(never);
    CHECK(unfinished_tail(never) == 0);
  }
}

TEST_CASE("byte text: base64 as in RFC 4648, section 10") {
  struct Row {
    std::string_view bytes, text;
  };
  for (const Row& row : std::array{Row{"", ""}, Row{"f", "Zg=="}, Row{"fo", "Zm8="}, Row{"foo", "Zm9v"},
                                   Row{"foob", "Zm9vYg=="}, Row{"fooba", "Zm9vYmE="}, Row{"foobar", "Zm9vYmFy"},
                                   Row{"\xff\xfe\xfd", "//79"}, Row{"\xfb\xef\xbe", "++++"}}) {
    CHECK(base64(row.bytes) == row.text);
  }
  CHECK(base64(std::string_view("\0\0\0\0", 4)) == "AAAAAA==");
}

}  // namespace
}  // namespace oversee::report
