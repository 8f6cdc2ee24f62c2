// Tests the width of texts in columns.
#include "model/text_width.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oversee::model {
namespace {

struct Case {
  std::string_view text;
  std::size_t columns;
};

constexpr Case kCases[] = {
    {"", 0},
    {"abc", 3},
    {"añb", 3},
    {"日本語", 6},
    {"ｶﾀｶﾅ", 4},  // halfwidth
    {"Ａ", 2},    // fullwidth
    {"한글", 4},
    {"e\u0301", 1},  // combining
    {"a\u20dd", 1},  // enclosing
    {"\U0001f600", 2},
    {"\u2764\ufe0f", 2},          // narrow, but wide for terminals that honour the selector
    {"\U0001f44d\U0001f3fd", 4},  // only some terminals join a skin tone
    {"\U0001fae8", 2},            // new in Unicode 15
    {"\U00020000", 2},
    {"\u00a0", 1},
    {"\xff", 1},
    {"…", 1},
};

TEST_CASE("text width: wide, narrow, and none") {
  for (const Case& each : kCases) {
    CAPTURE(each.text);
    CHECK(columns_of(each.text) == each.columns);
  }
}

TEST_CASE("text width: clipped text fits, and no character is split") {
  CHECK(clip("añb", 2) == "añ");
  CHECK(clip("añb", 9) == "añb");
  CHECK(clip("日本語", 5) == "日本");
  CHECK(clip("日本語", 1).empty());
  CHECK(clip("e\u0301e\u0301", 1) == "e\u0301");
  CHECK(clip("\u2764\ufe0fx", 1).empty());
  CHECK(clip("a\u2764\ufe0fx", 2) == "a");
  CHECK(clip("a\u2764\ufe0fx", 3) == "a\u2764\ufe0f");
  std::string all;
  for (const Case& each : kCases) all += each.text;
  for (std::size_t columns = 0; columns <= columns_of(all); ++columns) {
    const std::string_view kept = clip(all, columns);
    CHECK(columns_of(kept) <= columns);
    CHECK(columns_of(kept) + 2 >= columns);
    CHECK(all.starts_with(kept));
  }
  CHECK(clip(all, columns_of(all)) == all);
}

TEST_CASE("text width: padded") {
  CHECK(padded("日", 4) == "日  ");
  CHECK(padded("abc", 2) == "abc");
}

}  // namespace
}  // namespace oversee::model
