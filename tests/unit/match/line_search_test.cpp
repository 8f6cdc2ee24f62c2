// Tests that a pattern is found wherever the stream is split.
#include "match/line_search.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace oversee::match {
namespace {

Pattern compiled(std::string_view text) {
  auto pattern = Pattern::compile(text);
  REQUIRE(pattern.has_value());
  return std::move(*pattern);
}

bool found(const Pattern& pattern, const std::vector<std::string>& chunks) {
  LineSearch search(pattern);
  for (const std::string& each : chunks) search.feed(each);
  search.finish();
  return search.found();
}

TEST_CASE("line search: matches across the boundary of two or more chunks") {
  const Pattern pattern = compiled("connection (reset|refused)");
  CHECK(found(pattern, {"curl: connection reset by peer\n"}));
  CHECK(found(pattern, {"curl: connec", "tion reset by peer\n"}));
  CHECK(found(pattern, {"a\nb\nc", "onnect", "ion refuse", "d\nx\ny\n"}));
  CHECK(found(pattern, {"no newline: connection refused"}));
  CHECK_FALSE(found(pattern, {"connection\n", "reset\n"}));
  CHECK_FALSE(found(pattern, {}));
}

TEST_CASE("line search: ^ and $ match at line ends, and no match spans lines") {
  const Pattern whole = compiled("^FAIL$");
  CHECK(found(whole, {"ok\nFAIL\nok\n"}));
  CHECK(found(whole, {"FAIL"}));
  CHECK(found(whole, {"ok\nFA", "IL\n"}));
  CHECK_FALSE(found(whole, {"FAILED\n"}));
  CHECK_FALSE(found(whole, {"a FAIL\n"}));
  const Pattern white = compiled("a\\s+b");
  CHECK(found(white, {"a \tb"}));
  CHECK_FALSE(found(white, {"a\nb"}));
  const Pattern negated = compiled("a[^x]b");
  CHECK_FALSE(found(negated, {"a\nb"}));
}

TEST_CASE("line search: text anchors match at line ends, wherever the stream is split") {
  struct Row {
    const char* pattern;
    bool found;
  };
  const std::string output = "a\nb\nc\nd\n";
  for (const Row& row : {Row{"\\Ab\\z", true}, Row{"b\\z", true}, Row{"(?-m)^b$", true}, Row{"x|(?i-m:^B)", true},
                         Row{"(?-m:c$)", true}, Row{"b\\Cc", false}, Row{"a\\C", false}, Row{"\\Ax", false}}) {
    CAPTURE(row.pattern);
    const Pattern pattern = compiled(row.pattern);
    for (std::size_t cut = 0; cut <= output.size(); ++cut) {
      CHECK(found(pattern, {output.substr(0, cut), output.substr(cut)}) == row.found);
    }
  }
}

TEST_CASE("line search: bytes that are not UTF-8, and NUL") {
  const Pattern pattern = compiled("bad\\xff");
  CHECK(found(pattern, {std::string("\0bad\xff", 5)}));
}

TEST_CASE("line search: an endless line is bounded in memory, and still searched") {
  const Pattern pattern = compiled("needle");
  std::string hay(LineSearch::kLongestLine - 3, 'x');
  CHECK(found(pattern, {hay, "needle", hay}));
  CHECK(found(pattern, {hay, "need", "le", hay}));
  CHECK_FALSE(found(pattern, {hay, hay, hay}));
}

TEST_CASE("line search: equals a search in the whole text, however it is split") {
  std::mt19937 random(7);
  const Pattern pattern = compiled("^ab+c|b$");
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::vector<std::string> chunks(1);
    for (int i = 0; i < 24; ++i) {
      text += "abc\n"[random() % 4];
      chunks.back() += text.back();
      if (random() % 3 == 0) chunks.emplace_back();
    }
    CAPTURE(text);
    CHECK(found(pattern, chunks) == found(pattern, {text}));
  }
}

TEST_CASE("line search: the next attempt starts empty") {
  const Pattern pattern = compiled("x");
  LineSearch search(pattern);
  search.feed("ax");
  search.feed("\n");
  REQUIRE(search.found());
  search.reset();
  CHECK_FALSE(search.found());
  search.feed("b");
  search.finish();
  CHECK_FALSE(search.found());
}

TEST_CASE("line search: invalid patterns are refused with RE2's reason") {
  for (const std::string_view bad : {"(", "a)b", "[", "(?<!x)y", "a**"}) {
    CAPTURE(bad);
    const auto pattern = Pattern::compile(bad);
    REQUIRE_FALSE(pattern.has_value());
    CHECK(pattern.error().allowed.find("RE2") != std::string::npos);
  }
}

}  // namespace
}  // namespace oversee::match
