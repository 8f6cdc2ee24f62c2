// Tests the guard's ladder: it is climbed to its end, but only if the front is silent when a stop is due.
#include "guard/backstop.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace oversee::guard {
namespace {

using namespace std::chrono_literals;

constexpr model::Instant kBeginning{1'000'000s};

KeepDeadline due_at(model::Duration time, std::uint32_t rung = 0) {
  return {.at = (kBeginning + time).time_since_epoch(),
          .rung = rung,
          .ladder = model::StopLadder::parse("INT:5s,TERM:10s,KILL")->rungs()};
}

// The signal that is sent at this time after the beginning; 0: none.
model::Signal climbed(Backstop& backstop, model::Duration time) {
  const auto step = backstop.climb(kBeginning + time);
  return step ? step->signal : 0;
}

TEST_CASE("backstop: without a limit nothing is due") {
  Backstop backstop;
  CHECK(backstop.due() == std::nullopt);
  CHECK(climbed(backstop, 1h) == 0);
}

TEST_CASE("backstop: replaces a front that is silent past its limit, rung by rung, up to KILL") {
  Backstop backstop;
  backstop.keep(due_at(30s));
  CHECK(backstop.due() == kBeginning + 30s + Backstop::kSilence);
  CHECK(climbed(backstop, 30s) == 0);
  CHECK(climbed(backstop, 30s + Backstop::kSilence) == SIGINT);
  CHECK(climbed(backstop, 30s + Backstop::kSilence) == 0);  // once
  CHECK(backstop.due() == kBeginning + 35s + Backstop::kSilence);
  CHECK(climbed(backstop, 36s) == SIGTERM);
  CHECK(climbed(backstop, 45s) == 0);
  CHECK(climbed(backstop, 46s) == SIGKILL);
  CHECK(backstop.due() == std::nullopt);
}

TEST_CASE("backstop: does nothing while the front reports in time") {
  Backstop backstop;
  backstop.keep(due_at(30s));
  backstop.keep(due_at(35s, 1));  // the front has sent the first signal itself
  CHECK(climbed(backstop, 31s) == 0);
  CHECK(climbed(backstop, 36s) == SIGTERM);
  backstop.keep({});
  CHECK(climbed(backstop, 1h) == 0);
}

TEST_CASE("backstop: stays at a rung without a limit") {
  Backstop backstop;
  auto keep = due_at(30s);
  keep.ladder.front().grace.reset();
  backstop.keep(keep);
  CHECK(climbed(backstop, 31s) == SIGINT);
  CHECK(backstop.due() == std::nullopt);
}

}  // namespace
}  // namespace oversee::guard
