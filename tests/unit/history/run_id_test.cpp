// Tests run ids: the date makes them sort, the letters make ids of one second differ.
#include "history/run_id.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace oversee::history {
namespace {

using namespace std::chrono_literals;

constexpr model::WallTime kDate{1'795'436'219'123ms};

TEST_CASE("run id: date, time and four letters of base 32") {
  for (int i = 0; i < 200; ++i) {
    const std::string id = make_run_id(kDate);
    CAPTURE(id);
    REQUIRE(id.size() == 20);
    CHECK(id.starts_with("20261123-121659-"));
    CHECK(std::ranges::all_of(id.substr(16), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); }));
  }
}

TEST_CASE("run id: two ids of one second differ, and all letters occur") {
  std::set<std::string> ids;
  std::set<char> letters;
  constexpr int kMade = 2000;
  for (int i = 0; i < kMade; ++i) {
    const std::string id = make_run_id(kDate);
    ids.insert(id);
    letters.insert(id.end() - 4, id.end());
  }
  CHECK(ids.size() > kMade - 20);  // of a million possible ids, about two collide
  CHECK(letters.size() == 32);
}

TEST_CASE("run id: ids sort by their dates") {
  CHECK(make_run_id(kDate) < make_run_id(kDate + 1s));
  CHECK(make_run_id(kDate) < make_run_id(kDate + 24h * 365));
}

}  // namespace
}  // namespace oversee::history
