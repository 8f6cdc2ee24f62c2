// Tests that bytes are cut into lines however they are split.
#include "cli/line_cutter.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace oversee::cli {
namespace {

constexpr std::string_view kTooLong = "(too long)";

// All lines of the text, which is fed in pieces of this many bytes.
std::vector<std::string> lines_of(std::string_view text, std::size_t longest, std::size_t piece) {
  LineCutter cutter(longest);
  std::vector<std::string> lines;
  const auto keep = [&](const LineCutter::Line& line) { lines.emplace_back(line.too_long ? kTooLong : line.text); };
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    cutter.add(text.substr(0, piece));
    while (const auto line = cutter.next()) keep(*line);
  }
  if (const auto line = cutter.rest()) keep(*line);
  CHECK_FALSE(cutter.rest());
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("line cutter: lines do not depend on the splitting") {
  for (const std::size_t piece : {1, 2, 3, 7, 100}) {
    CAPTURE(piece);
    CHECK(lines_of("", 10, piece).empty());
    CHECK(lines_of("a\n\nbc\n", 10, piece) == Lines{"a", "", "bc"});
    CHECK(lines_of("a\nno newline", 10, piece) == Lines{"a", "no newline"});
    CHECK(lines_of(std::string_view("a\0b\n", 4), 10, piece) == Lines{std::string("a\0b", 3)});
  }
}

TEST_CASE("line cutter: a line that is too long is reported and skipped to its end") {
  for (const std::size_t piece : {1, 2, 3, 7, 100}) {
    CAPTURE(piece);
    CHECK(lines_of("12345\n123456\nab\n", 5, piece) == Lines{"12345", std::string(kTooLong), "ab"});
    CHECK(lines_of("ab\n1234567890123\n", 5, piece) == Lines{"ab", std::string(kTooLong)});
    CHECK(lines_of("ab\n1234567890123", 5, piece) == Lines{"ab", std::string(kTooLong)});
  }
}

}  // namespace
}  // namespace oversee::cli
