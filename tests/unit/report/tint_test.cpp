// Tests colours: only the prefix, and only of our lines.
#include "report/tint.hpp"

#include <doctest/doctest.h>

namespace oversee::report {
namespace {

TEST_CASE("tint: only the prefix is coloured") {
  CHECK(tinted("oversee: completed: exit 0\n", Tint::good) == "\x1b[1;32moversee:\x1b[0m completed: exit 0\n");
  CHECK(tinted("oversee: warning: flaky\n", Tint::warning) == "\x1b[1;33moversee:\x1b[0m warning: flaky\n");
  CHECK(tinted("oversee: failed\n", Tint::bad) == "\x1b[1;31moversee:\x1b[0m failed\n");
}

TEST_CASE("tint: a line of another program is unchanged") {
  for (const std::string_view line : {"", "\n", "overseer: x", "x oversee: y", "    ^\n"}) {
    CHECK(tinted(line, Tint::bad) == line);
  }
}

}  // namespace
}  // namespace oversee::report
