// Tests reading numbers by their keys in kernel texts.
#include "os/kernel_text.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <string>

namespace oversee::os {
namespace {

TEST_CASE("kernel text: a number is found by the key at the start of its line") {
  constexpr std::string_view kText = "low 1\noom 2\noom_kill 3\nPss:      44 kB\nPss_Anon: 55 kB\n";
  CHECK(number_behind(kText, "low ") == 1);
  CHECK(number_behind(kText, "oom ") == 2);
  CHECK(number_behind(kText, "oom_kill ") == 3);
  CHECK(number_behind(kText, "Pss:") == 44);
  CHECK_FALSE(number_behind(kText, "kill ").has_value());
  CHECK_FALSE(number_behind(kText, "oom_group_kill ").has_value());
  CHECK_FALSE(number_behind("max", "max").has_value());
  CHECK_FALSE(number_behind("max word", "max ").has_value());
  CHECK_FALSE(number_behind("", "max ").has_value());
}

TEST_CASE("kernel text: reads as much as the buffer holds, and nothing from a missing file") {
  std::array<char, 64> buffer;
  CHECK(read_once("/proc/self/comm", buffer).ends_with('\n'));
  CHECK(read_once(::getpid(), "comm", buffer) == read_once("/proc/self/comm", buffer));
  CHECK(read_once("/proc/self/comm", std::span(buffer).first(2)).size() == 2);
  CHECK(read_once("/no/such/file", buffer).empty());
}

}  // namespace
}  // namespace oversee::os
