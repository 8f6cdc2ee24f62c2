// Tests that a line is rendered as a terminal finally shows it, wherever the stream is split.
#include "model/seen_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace oversee::model {
namespace {

using namespace std::string_literals;

TEST_CASE("seen line: renders what a terminal finally shows") {
  struct Case {
    std::string written, seen;
  };
  const Case cases[] = {
      {"", ""},
      {"plain \t text", "plain \t text"},
      {"a terminal's end of line\r", "a terminal's end of line"},
      {"two of them\r\r", "two of them"},
      {"10 %\r50 %\r100 %\r", "100 %"},
      {"a longer line\rshort", "shortger line"},
      {"a longer line\rshort\x1b[K", "short"},
      {"a longer line\r\x1b[2Kshort", "short"},
      {"a longer line\x1b[2K\rshort", "short"},
      {"abcdef\x1b[3D\x1b[1Kx", "   xef"},
      {"abc\b\bX", "aXc"},
      {"\b\bX", "X"},
      {"abc\x1b[2GX", "aXc"},
      {"ab\x1b[3Cc", "ab   c"},
      {"\x1b[31;1merror:\x1b[0m no\x1b[m", "error: no"},
      {"\x1b]0;a title\x07shown", "shown"},
      {"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
      {"\x1b(Bplain\x1b=", "plain"},
      {"bell\a and nul\0 too"s, "bell and nul too"},
      {"gr\xc3\xbc\xc3\x9f\rGr", "Gr\xc3\xbc\xc3\x9f"},
      {"\xc3\xa4\xc3\xb6\rx", "x\xc3\xb6"},
      {"50 \xc2\xb0"
       "C\xc2\x9bm",
       "50 \xc2\xb0"
       "Cm"},
      {"\xff\xfe not UTF-8\r\xfd", "\xfd\xfe not UTF-8"},
      {"cut \x1b[3", "cut "},
      {"x\x1b[99999999999999999999C", "x"},
  };
  for (const auto& [written, seen] : cases) {
    CAPTURE(written);
    CHECK(seen_line(written) == seen);
  }
  CHECK(seen_line("\x1b[999999999Cx").size() == 4097);  // no terminal is a million columns wide
}

std::string in_chunks(std::string_view text, std::size_t size) {
  SeenText seen;
  std::string all;
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) all += seen.feed(text.substr(0, size));
  return all += seen.finish();
}

TEST_CASE("seen text: the result does not depend on the splitting") {
  const std::string text = "one\r\ntwo 1 %\rtwo 2 %\r\n\x1b[32mthree\x1b[0m\nplain\n\n50 %\r100 %";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    CAPTURE(size);
    CHECK(in_chunks(text, size) == "one\ntwo 2 %\nthree\nplain\n\n100 %");
  }
}

TEST_CASE("seen text: an endless line is buffered only up to the bound") {
  SeenText seen;
  std::size_t size = 0;
  for (int i = 0; i < 100; ++i) size += seen.feed(std::string(10'000, 'x')).size();
  CHECK(size >= 1'000'000 - SeenText::kLongestLine);
  size += seen.finish().size();
  CHECK(size == 1'000'000);
}

TEST_CASE("seen text: a new stream starts empty") {
  SeenText seen;
  CHECK(seen.feed("begun").empty());
  seen.reset();
  CHECK(seen.feed("new\n") == "new\n");
}

}  // namespace
}  // namespace oversee::model
