// Tests base64.
#include "report/base64.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace oversee::report {
namespace {

TEST_CASE("base64: base64 as in RFC 4648, section 10") {
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
