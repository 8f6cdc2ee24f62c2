// Tests whole numbers: accepted and refused forms.
#include "model/whole_number.hpp"

#include <doctest/doctest.h>

namespace oversee::model {
namespace {

TEST_CASE("whole numbers: a limit on a count") {
  CHECK(parse_count_limit("64").value() == CountLimit{64});
  CHECK(parse_count_limit("18446744073709551615").value() == CountLimit{~std::uint64_t{0}});
  CHECK(parse_count_limit("0").value() == CountLimit{});
  CHECK(parse_count_limit("none").value() == CountLimit{});
  for (const std::string_view text : {"", "x", "-1", "+1", "1.5", "1k", " 1", "1 ", "0x10", "18446744073709551616"}) {
    CAPTURE(text);
    const auto refused = parse_count_limit(text);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().read == text);
    CHECK(refused.error().allowed == "a whole number such as 64, or none");
  }
}

TEST_CASE("whole numbers: a nice value spans the full range") {
  CHECK(parse_nice("10").value() == std::optional<std::int32_t>{10});
  CHECK(parse_nice("-39").value() == std::optional<std::int32_t>{-39});
  CHECK(parse_nice("39").value() == std::optional<std::int32_t>{39});
  CHECK(parse_nice("0").value() == std::optional<std::int32_t>{});
  CHECK(parse_nice("none").value() == std::optional<std::int32_t>{});
  for (const std::string_view text : {"", "40", "-40", "x", "1.5", "--1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_nice(text).has_value());
  }
}

TEST_CASE("whole numbers: a core file limit is a size, none, unlimited, or the caller's") {
  using Size = std::optional<std::uint64_t>;
  CHECK(parse_core_size("64MiB").value() == Size{64 << 20});
  CHECK(parse_core_size("0").value() == Size{0});
  CHECK(parse_core_size("none").value() == Size{0});
  CHECK(parse_core_size("unlimited").value() == Size{kUnlimited});
  CHECK(parse_core_size("inherit").value() == Size{});
  CHECK(parse_core_size("much").error().allowed == "a size such as 64MiB, none, unlimited or inherit");
}

}  // namespace
}  // namespace oversee::model
