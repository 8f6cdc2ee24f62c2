// Tests that the reader accepts exactly the grammar of JSON.
#include "history/json_reader.hpp"

#include <doctest/doctest.h>

namespace oversee::history {
namespace {

std::string text_of_json(std::string_view json) {
  const auto value = read_json(json);
  REQUIRE(value.has_value());
  REQUIRE(value->text() != nullptr);
  return *value->text();
}

TEST_CASE("json reader: a document's members") {
  const auto value =
      read_json(" {\"a\": {\"b\": [1, true, null, \"x\"]},\n\"pid\":42 , \"none\" : null, \"e\":{}, \"f\":[]} \n");
  REQUIRE(value.has_value());
  CHECK(value->integer("pid") == 42);
  CHECK(value->member("none")->is_null());
  CHECK(value->member("missing") == nullptr);
  CHECK(value->text("pid") == nullptr);
  const auto* array = value->member("a")->member("b")->array();
  REQUIRE(array->size() == 4);
  CHECK((*array)[0].integer() == 1);
  CHECK(*(*array)[1].boolean());
  CHECK((*array)[2].is_null());
  CHECK(*(*array)[3].text() == "x");
  CHECK(value->member("e")->object()->empty());
  CHECK(value->member("f")->array()->empty());
  CHECK((*array)[0].member("x") == nullptr);
}

TEST_CASE("json reader: text and its escapes") {
  CHECK(text_of_json(R"("")").empty());
  CHECK(text_of_json(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
  CHECK(text_of_json(R"("\u0041\u00e9\u20AC\ud83d\ude00\u0000")") ==
        std::string("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0", 11));
  CHECK(text_of_json("\"caf\xc3\xa9\"") == "caf\xc3\xa9");
}

TEST_CASE("json reader: numbers") {
  CHECK(read_json("0")->integer() == 0);
  CHECK(read_json("-17")->integer() == -17);
  CHECK(read_json("9223372036854775807")->integer() == INT64_MAX);
  for (const std::string_view other : {"9223372036854775808", "1.5", "1e3", "-0.1E-2", "10.0e+1"}) {
    CAPTURE(other);
    REQUIRE(read_json(other).has_value());
    CHECK_FALSE(read_json(other)->integer().has_value());
  }
}

TEST_CASE("json reader: invalid JSON is refused") {
  for (const std::string_view wrong : {"",
                                       " ",
                                       "{",
                                       "}",
                                       "[",
                                       "[1,]",
                                       "[1 2]",
                                       "{\"a\"}",
                                       "{\"a\":}",
                                       "{\"a\":1,}",
                                       "{a:1}",
                                       "{\"a\":1}x",
                                       "nul",
                                       "True",
                                       "01",
                                       "-",
                                       "1.",
                                       ".5",
                                       "1e",
                                       "+1",
                                       "\"",
                                       "\"a",
                                       "\"\\x\"",
                                       "\"\\u12\"",
                                       "\"\\u12g4\"",
                                       "\"\\ud800\"",
                                       "\"\\ud800\\u0041\"",
                                       "\"\\udc00\"",
                                       "\"a\nb\"",
                                       "'a'",
                                       "[1]]",
                                       "// c\n1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_json(wrong).has_value());
  }
}

TEST_CASE("json reader: a document truncated anywhere is refused") {
  const std::string document =
      R"({"status": "running", "pid": 42, "log": {"path": "/tmp/\u00e9"}, "command": ["a", "b"]})";
  REQUIRE(read_json(document).has_value());
  for (std::size_t size = 0; size < document.size(); ++size)
    CHECK_FALSE(read_json(document.substr(0, size)).has_value());
}

TEST_CASE("json reader: deep nesting does not overflow the stack") {
  CHECK(read_json(std::string(30, '[') + std::string(30, ']')).has_value());
  CHECK_FALSE(read_json(std::string(1'000'000, '[')).has_value());
}

}  // namespace
}  // namespace oversee::history
