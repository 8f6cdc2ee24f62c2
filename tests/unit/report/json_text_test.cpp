// Tests JSON text: escapes, bytes that are not text, nesting, each by exact comparison.
#include "report/json_text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>

namespace oversee::report {
namespace {

using namespace std::string_view_literals;

// A string as JSON text.
std::string quoted(std::string_view text) {
  std::string document = JsonText().text({}, text).take();
  REQUIRE(document.ends_with('\n'));
  document.pop_back();
  return document;
}

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

TEST_CASE("json: exactly the necessary characters are escaped") {
  struct Case {
    std::string_view text;
    std::string_view json;
  };
  constexpr std::array kCases{
      Case{"", R"("")"},
      Case{"plain text /", R"("plain text /")"},
      Case{R"(a"b\c)", R"("a\"b\\c")"},
      Case{"\n\t", R"("\n\t")"},
      Case{"\r\b\f\x1b", R"("\u000d\u0008\u000c\u001b")"},
      Case{"a\0b"sv, R"("a\u0000b")"},
      Case{"\x1f \x7f", R"("\u001f \u007f")"},
      Case{"</script>{}%s", R"("</script>{}%s")"},
  };
  for (const Case& c : kCases) CHECK(quoted(c.text) == c.json);
}

TEST_CASE("json: no control character is written") {
  for (int c = 0; c < 0x20; ++c) {
    const std::string json = quoted(std::string(1, static_cast<char>(c)));
    for (const char each : json) CHECK(static_cast<unsigned char>(each) >= 0x20);
  }
}

TEST_CASE("json: harmful characters are escaped, also in a foreign document") {
  CHECK(quoted("\u009b|\u202e|\u200b|\U000e0041|\x7f") == R"("\u009b|\u202e|\u200b|\udb40\udc41|\u007f")");
  CHECK(harmless_json("{\"a\": \"\u202e\x1b\xff\"}\n") == "{\"a\": \"\\u202e\\u001b\xef\xbf\xbd\"}\n");
  CHECK(harmless_json("{\n\t\"a\": \"ä\\u202e\"\n}\n") == "{\n\t\"a\": \"ä\\u202e\"\n}\n");
}

TEST_CASE("json: text of any plane is unchanged") {
  for (const std::string_view text : {"\u00e9", "\u07ff", "\u0800", "\u20ac", "\ud7ff", "\ue000", "\uffff",
                                      "\U00010000", "\U0001f600", "\U0010ffff"}) {
    CHECK(quoted(text) == '"' + std::string(text) + '"');
  }
}

TEST_CASE("json: each byte that is not text is replaced, and the text around it kept") {
  struct Case {
    std::string_view bytes;
    int replaced;
  };
  constexpr std::array kCases{
      Case{"\x80", 1},              // a continuation without a lead
      Case{"\xbf\xbf", 2},          //
      Case{"\xc3", 1},              // cut off
      Case{"\xe2\x82", 2},          //
      Case{"\xf0\x9f\x98", 3},      //
      Case{"\xc0\xaf", 2},          // overlong
      Case{"\xc1\xbf", 2},          //
      Case{"\xe0\x80\xaf", 3},      //
      Case{"\xe0\x9f\xbf", 3},      //
      Case{"\xf0\x80\x80\xaf", 4},  //
      Case{"\xf0\x8f\xbf\xbf", 4},  //
      Case{"\xed\xa0\x80", 3},      // a surrogate
      Case{"\xed\xbf\xbf", 3},      //
      Case{"\xf4\x90\x80\x80", 4},  // past U+10FFFF
      Case{"\xf5\x80\x80\x80", 4},  //
      Case{"\xfe", 1},              // never valid
      Case{"\xff\xff", 2},          //
  };
  for (const Case& c : kCases) {
    std::string replaced;
    for (int i = 0; i < c.replaced; ++i) replaced += kReplacement;
    CHECK(quoted(c.bytes) == '"' + replaced + '"');
    CHECK(quoted("a" + std::string(c.bytes) + "b") == "\"a" + replaced + "b\"");
    CHECK(quoted(std::string(c.bytes) + "\u20ac\"") == '"' + replaced + "\u20ac\\\"\"");
  }
}

TEST_CASE("json: a truncated sequence does not swallow the next character") {
  CHECK(quoted("\xe2\x82\"") == '"' + std::string(kReplacement) + std::string(kReplacement) + "\\\"\"");
  CHECK(quoted("\xf0\n") == '"' + std::string(kReplacement) + "\\n\"");
}

TEST_CASE("json: objects and arrays, empty and nested") {
  JsonText json;
  json.begin_object();
  json.text("name", "make").number("pid", 42).boolean("flaky", false).boolean("done", true).null("log");
  json.begin_array("words").text({}, "a").text({}, "b").end_array();
  json.begin_object("none").end_object();
  json.begin_array("nothing").end_array();
  json.begin_array("list").begin_object().number("n", 1).end_object().begin_object().end_object().end_array();
  json.end_object();
  CHECK(json.take() == R"({
  "name": "make",
  "pid": 42,
  "flaky": false,
  "done": true,
  "log": null,
  "words": [
    "a",
    "b"
  ],
  "none": {},
  "nothing": [],
  "list": [
    {
      "n": 1
    },
    {}
  ]
}
)");
}

TEST_CASE("json: keys are escaped too") {
  CHECK(JsonText().begin_object().text("a\"\n\xff", "").end_object().take() ==
        "{\n  \"a\\\"\\n" + std::string(kReplacement) + "\": \"\"\n}\n");
}

TEST_CASE("json: an empty key is a key, a null key makes an element") {
  CHECK(JsonText(JsonText::Layout::line).begin_object().text("", "a").end_object().take() == "{\"\":\"a\"}\n");
  CHECK(JsonText(JsonText::Layout::line).begin_array().text({}, "a").end_array().take() == "[\"a\"]\n");
}

TEST_CASE("json: numbers to the ends of their range") {
  JsonText json;
  json.begin_array();
  json.number({}, 0).number({}, -1);
  json.number({}, std::numeric_limits<std::int64_t>::max()).number({}, std::numeric_limits<std::int64_t>::min());
  json.end_array();
  CHECK(json.take() == "[\n  0,\n  -1,\n  9223372036854775807,\n  -9223372036854775808\n]\n");
}

TEST_CASE("json: take() empties the document") {
  JsonText json;
  json.text({}, "x");
  CHECK(json.take() == "\"x\"\n");
  CHECK(json.take() == "\n");
}

TEST_CASE("json text: on one line") {
  JsonText json(JsonText::Layout::line);
  json.begin_object().text("a", "x\ny").begin_array("b").number({}, 1).number({}, 2).end_array();
  json.begin_object("c").end_object().null("d").end_object();
  CHECK(json.take() == "{\"a\":\"x\\ny\",\"b\":[1,2],\"c\":{},\"d\":null}\n");
}

}  // namespace
}  // namespace oversee::report
