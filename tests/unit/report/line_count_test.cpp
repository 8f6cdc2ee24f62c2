// Tests that newlines are counted for any length and any position of the piece boundaries.
#include "report/line_count.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oversee::report {
namespace {

TEST_CASE("line count: a piece of only newlines does not overflow the narrow counter") {
  for (const std::size_t length : {0U, 1U, 254U, 255U, 256U, 510U, 511U, 100'000U}) {
    CAPTURE(length);
    CHECK(newlines_in(std::string(length, '\n')) == length);
  }
}

TEST_CASE("line count: every newline counts, and nothing else") {
  std::string text(1'000, 'x');
  text[1] = '\r';
  text[2] = '\0';
  text[3] = static_cast<char>(0x8a);
  CHECK(newlines_in(text) == 0);
  for (std::size_t place = 0; place < text.size(); ++place) {
    std::string with = text;
    with[place] = '\n';
    REQUIRE(newlines_in(with) == 1);
  }
}

}  // namespace
}  // namespace oversee::report
