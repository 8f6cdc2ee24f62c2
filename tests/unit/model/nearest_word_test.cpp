// Tests suggestions: typing errors get one, unrelated words none.
#include "model/nearest_word.hpp"

#include <doctest/doctest.h>

#include <array>

namespace oversee::model {
namespace {

TEST_CASE("nearest: a typing error finds the word") {
  constexpr std::array<std::string_view, 7> kKnown{"timeout", "kill-after", "log",      "log-dir",
                                                   "json",    "summary",    "unset-env"};
  struct Case {
    std::string_view typed;
    std::string_view meant;
  };
  constexpr std::array kCases{
      Case{"timeout", "timeout"},   // exact
      Case{"timout", "timeout"},    // a letter omitted
      Case{"timeoutt", "timeout"},  // doubled
      Case{"tiemout", "timeout"},   // swapped
      Case{"timeour", "timeout"},   // a neighbouring key
      Case{"kil-after", "kill-after"},
      Case{"killafter", "kill-after"},
      Case{"kill_after", "kill-after"},
      Case{"jsn", "json"},
      Case{"lgo", "log"},
      Case{"sum", "summary"},  // a prefix
      Case{"unset", "unset-env"},
      Case{"unsetenv", "unset-env"},
      Case{"logdir", "log-dir"},
      Case{"log-dri", "log-dir"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.typed);
    CHECK(nearest(c.typed, kKnown) == c.meant);
  }
}

TEST_CASE("nearest: an unrelated word finds none") {
  constexpr std::array<std::string_view, 3> kKnown{"timeout", "kill-after", "summary"};
  for (const std::string_view typed : {"", "x", "retries", "frobnicate", "outtime", "--help-me-please"}) {
    CAPTURE(typed);
    CHECK(nearest(typed, kKnown).empty());
  }
  CHECK(nearest("timeout", {}).empty());
}

}  // namespace
}  // namespace oversee::model
