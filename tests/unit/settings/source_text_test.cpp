// Tests excerpts: the caret is below its character, for any line.
#include "settings/source_text.hpp"

#include <doctest/doctest.h>

namespace oversee::settings {
namespace {

TEST_CASE("source text: the line and a caret under the column") {
  const SourceText text("a.toml", "first\nsecond line\n");
  CHECK(text.place(2, 8) == "a.toml:2:8");
  CHECK(text.excerpt(2, 8) == "    second line\n           ^\n");
  CHECK(text.excerpt(1, 1) == "    first\n    ^\n");
}

TEST_CASE("source text: a column past the end is shown at the end, a missing line is empty") {
  const SourceText text("a", "abc");
  CHECK(text.excerpt(1, 99) == "    abc\n       ^\n");
  CHECK(text.excerpt(2, 1).empty());
  CHECK(text.excerpt(0, 1).empty());
  CHECK(text.excerpt(1, 0).empty());
  CHECK(SourceText("a", "").excerpt(1, 1).empty());
}

TEST_CASE("source text: columns count characters, tabs become blanks, controls are harmless") {
  CHECK(SourceText("a", "\xc3\xa9=x").excerpt(1, 3) == "    \xc3\xa9=x\n      ^\n");
  CHECK(SourceText("a", "\tx\r\n").excerpt(1, 2) == "     x\n     ^\n");
  CHECK(SourceText("a", "a\x1b[2Jb").excerpt(1, 1) == "    a?[2Jb\n    ^\n");
}

TEST_CASE("source text: a long line is cut around the column") {
  const std::string line = std::string(200, 'a') + "X" + std::string(200, 'b');
  const std::string excerpt = SourceText("a", line).excerpt(1, 201);
  const std::size_t newline = excerpt.find('\n');
  CHECK(newline <= 80);
  const std::size_t caret = excerpt.find('^') - newline - 1;
  REQUIRE(caret < newline);
  CHECK(excerpt[caret] == 'X');
  CHECK(SourceText("a", line).excerpt(1, 100'000'000).empty());
}

}  // namespace
}  // namespace oversee::settings
