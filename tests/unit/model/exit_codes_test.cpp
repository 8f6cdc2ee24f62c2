// Tests sets of exit codes, parsed and printed.
#include "model/exit_codes.hpp"

#include <doctest/doctest.h>

namespace oversee::model {
namespace {

TEST_CASE("exit codes: single ones and ranges") {
  const auto codes = ExitCodes::parse("1,75-78");
  REQUIRE(codes.has_value());
  for (int code = 0; code <= 255; ++code) CHECK(codes->contains(code) == (code == 1 || (code >= 75 && code <= 78)));
}

TEST_CASE("exit codes: a printed set reads back") {
  for (const std::string_view text : {"0", "1,75-78", "0-255", "3,1,2"}) {
    const auto codes = ExitCodes::parse(text);
    REQUIRE(codes.has_value());
    CHECK(codes->text() == text);
    CHECK(ExitCodes::parse(codes->text()) == *codes);
  }
}

TEST_CASE("exit codes: bad text is refused") {
  for (const std::string_view bad :
       {"", ",", "1,", "256", "-1", "3-1", "1-", "a", "1 2", "0x1", "1;2", "99999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(ExitCodes::parse(bad).has_value());
  }
}

}  // namespace
}  // namespace oversee::model
