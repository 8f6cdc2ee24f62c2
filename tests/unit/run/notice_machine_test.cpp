// Tests when slow warnings and heartbeats are due.
#include "run/notice_machine.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oversee::run {
namespace {

using namespace std::chrono_literals;

constexpr model::Instant kStart{1'000'000s};

struct Driven {
  explicit Driven(model::NoticeTimes times, bool output_is_shown = true) : machine(times, output_is_shown) {
    machine.started(kStart);
  }

  // "slow 5s/2s" for each due notice: elapsed time and silence.
  std::string at(model::Duration time) {
    std::string text;
    for (const model::StillRunning& each : machine.due(kStart + time)) {
      text += std::string(each.slow ? "slow " : "beat ") + model::format_duration(each.elapsed) + '/' +
              model::format_duration(each.silent);
    }
    return text;
  }
  std::optional<model::Duration> wake() const {
    const auto instant = machine.wake_at();
    return instant ? std::optional(*instant - kStart) : std::nullopt;
  }

  NoticeMachine machine;
};

TEST_CASE("notices: none without a request") {
  Driven driven({});
  CHECK_FALSE(driven.wake().has_value());
  CHECK(driven.at(1h).empty());
}

TEST_CASE("notices: slow, and again after each whole period, however late the last one was") {
  Driven driven({.slow_after = 10s, .heartbeat = {}});
  CHECK(driven.wake() == 10s);
  CHECK(driven.at(9s).empty());
  CHECK(driven.at(10s) == "slow 10s/10s");
  CHECK(driven.wake() == 20s);
  CHECK(driven.at(35s) == "slow 35s/35s");
  CHECK(driven.wake() == 40s);
}

TEST_CASE("notices: a heartbeat comes when neither the command nor oversee printed anything") {
  Driven driven({.slow_after = {}, .heartbeat = 10s});
  driven.machine.output_seen(kStart + 4s);
  CHECK(driven.wake() == 14s);
  CHECK(driven.at(10s).empty());
  CHECK(driven.at(14s) == "beat 14s/10s");
  CHECK(driven.wake() == 24s);
}

TEST_CASE("notices: hidden output breaks no silence, and is reported") {
  Driven driven({.slow_after = {}, .heartbeat = 10s}, false);
  driven.machine.output_seen(kStart + 9s);
  CHECK(driven.at(10s) == "beat 10s/1s");
}

TEST_CASE("notices: a slow warning counts as a sign of life") {
  Driven driven({.slow_after = 10s, .heartbeat = 10s});
  CHECK(driven.at(10s) == "slow 10s/10s");
  CHECK(driven.at(11s).empty());
}

TEST_CASE("notices: suspended time does not count, and none come after the end") {
  Driven driven({.slow_after = 10s, .heartbeat = 20s});
  driven.machine.resumed(100s);
  CHECK(driven.wake() == 110s);
  CHECK(driven.at(110s) == "slow 10s/10s");
  driven.machine.ended();
  CHECK_FALSE(driven.wake().has_value());
  CHECK(driven.at(1h).empty());
}

}  // namespace
}  // namespace oversee::run
