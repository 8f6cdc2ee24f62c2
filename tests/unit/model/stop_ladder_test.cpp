// Tests stop ladders: each ends with KILL, and reads back as it was printed.
#include "model/stop_ladder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <string>
#include <string_view>

#include "random_text.hpp"

namespace oversee::model {
namespace {

using namespace std::chrono_literals;
using Rungs = std::vector<Rung>;

// Invariants of every ladder.
void check_ends(const StopLadder& ladder) {
  REQUIRE_FALSE(ladder.rungs().empty());
  REQUIRE(ladder.rungs().back() == Rung{SIGKILL, {}});
  for (std::size_t i = 0; i + 1 < ladder.rungs().size(); ++i) REQUIRE(ladder.rungs()[i].signal != SIGKILL);
}

StopLadder read(std::string_view text) {
  auto parsed = StopLadder::parse(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

TEST_CASE("stop ladder: is a signal, a grace and KILL") {
  CHECK(StopLadder(SIGTERM, 10s).rungs() == Rungs{{SIGTERM, 10s}, {SIGKILL, {}}});
  CHECK(StopLadder(SIGINT, {}).rungs() == Rungs{{SIGINT, {}}, {SIGKILL, {}}});
  CHECK(StopLadder(SIGKILL, 10s).rungs() == Rungs{{SIGKILL, {}}});
}

TEST_CASE("stop ladder: reads rungs, and adds a missing KILL") {
  struct Case {
    std::string_view text;
    Rungs rungs;
  };
  const std::array cases{
      Case{"INT:5s,TERM:10s,KILL", {{SIGINT, 5s}, {SIGTERM, 10s}, {SIGKILL, {}}}},
      Case{"INT:5s,TERM:10s", {{SIGINT, 5s}, {SIGTERM, 10s}, {SIGKILL, {}}}},
      Case{"TERM:10", {{SIGTERM, 10s}, {SIGKILL, {}}}},
      Case{"sigterm:1m30s,9", {{SIGTERM, 90s}, {SIGKILL, {}}}},
      Case{"15:1ns,SIGKILL", {{SIGTERM, 1ms}, {SIGKILL, {}}}},
      Case{"RTMIN+1:1s", {{SIGRTMIN + 1, 1s}, {SIGKILL, {}}}},
      Case{"TERM:none", {{SIGTERM, {}}, {SIGKILL, {}}}},
      Case{"TERM:0,KILL", {{SIGTERM, {}}, {SIGKILL, {}}}},
      Case{"TERM:99999999999999999999", {{SIGTERM, {}}, {SIGKILL, {}}}},
      Case{"TERM:1s,TERM:1s,TERM:1s", {{SIGTERM, 1s}, {SIGTERM, 1s}, {SIGTERM, 1s}, {SIGKILL, {}}}},
      Case{"KILL", {{SIGKILL, {}}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const StopLadder ladder = read(c.text);
    CHECK(ladder.rungs() == c.rungs);
    check_ends(ladder);
  }
}

TEST_CASE("stop ladder: bad text is refused, naming the text and the allowed form") {
  struct Case {
    std::string_view text;
    std::string_view allowed;  // a part of the message
  };
  constexpr std::string_view kRung = "a ladder such as INT:5s,TERM:10s,KILL: each rung is SIGNAL:DURATION";
  constexpr std::string_view kGrace = "a duration behind each signal, as in INT:5s,TERM:10s,KILL";
  constexpr std::string_view kLast = "KILL as the last rung of the ladder";
  constexpr std::string_view kBare = "KILL without a duration";
  constexpr std::array kCases{
      Case{"", kRung},
      Case{" ", kRung},
      Case{",", kRung},
      Case{":", kRung},
      Case{":5s", kRung},
      Case{"5s", kRung},
      Case{"FOO:5s", kRung},
      Case{"65:5s", kRung},
      Case{"TERM:", kRung},
      Case{"TERM:x", kRung},
      Case{"TERM:-1s", kRung},
      Case{"TERM:5s:5s", kRung},
      Case{"TERM: 5s", kRung},
      Case{"TERM:5s,", kRung},
      Case{",TERM:5s", kRung},
      Case{"TERM:5s,,KILL", kRung},
      Case{"TERM:5s KILL", kRung},
      Case{"TERM:5s, KILL", kRung},
      Case{"TERM:5s;KILL", kRung},
      Case{"KILL,", kRung},
      Case{"TERM", kGrace},
      Case{"TERM,KILL", kGrace},
      Case{"INT:5s,TERM", kGrace},
      Case{"KILL,KILL", kLast},
      Case{"KILL,TERM:5s", kLast},
      Case{"INT:5s,KILL,TERM:5s", kLast},
      Case{"KILL:5s", kBare},
      Case{"KILL:none", kBare},
      Case{"KILL:", kBare},
      Case{"TERM:5s,9:1s", kBare},
      Case{"0:none", "a time behind 0"},
      Case{"TERM:5s,0:0,KILL", "a time behind 0"},
      Case{"0", kGrace},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    const auto parsed = StopLadder::parse(c.text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().read == c.text);
    CHECK(parsed.error().allowed.find(c.allowed) != std::string::npos);
  }
}

TEST_CASE("stop ladder: a rung of 0 sends nothing, but a cancel by a signal still sends that signal") {
  CHECK(StopLadder(kNoSignal, 10s).rungs() == Rungs{{kNoSignal, 10s}, {SIGKILL, {}}});
  CHECK(format_stop_ladder(StopLadder(kNoSignal, 10s)) == "0:10s,KILL");
  CHECK(read("0:10s") == StopLadder(kNoSignal, 10s));
  CHECK(read("INT:1s,0:2s,KILL").rungs() == Rungs{{SIGINT, 1s}, {kNoSignal, 2s}, {SIGKILL, {}}});
  CHECK(StopLadder(kNoSignal, 10s).starting_with(SIGINT) == StopLadder(SIGINT, 10s));
  CHECK(parse_rung_signal("0").value() == kNoSignal);
  CHECK(parse_rung_signal("int").value() == SIGINT);
  CHECK_FALSE(parse_rung_signal("00").has_value());
  CHECK_FALSE(parse_signal("0").has_value());
}

TEST_CASE("stop ladder: is printed in its own grammar") {
  CHECK(format_stop_ladder(StopLadder(SIGTERM, 10s)) == "TERM:10s,KILL");
  CHECK(format_stop_ladder(StopLadder(SIGINT, {})) == "INT:none,KILL");
  CHECK(format_stop_ladder(StopLadder(SIGKILL, 10s)) == "KILL");
  CHECK(format_stop_ladder(read("sigint:5000ms,15:600,rtmin+1:0")) == "INT:5s,TERM:10m,RTMIN+1:none,KILL");
}

TEST_CASE("stop ladder: a printed ladder reads back") {
  Random random(20261123);
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    const std::size_t rungs = below(random, 6);
    for (std::size_t rung = 0; rung < rungs; ++rung) {
      auto signal = static_cast<Signal>(1 + below(random, static_cast<std::size_t>(SIGRTMAX)));
      if (signal == SIGKILL) signal = SIGTERM;
      const TimeLimit grace =
          below(random, 8) == 0 ? TimeLimit{} : Duration(1ms) + Duration(random() >> (2 + below(random, 40)));
      text += signal_name(signal) + ':' + format_time_limit(grace) + ',';
    }
    text += "KILL";
    CAPTURE(text);
    const StopLadder ladder = read(text);
    check_ends(ladder);
    REQUIRE(ladder.rungs().size() == rungs + 1);
    REQUIRE(read(format_stop_ladder(ladder)) == ladder);
    for (Signal first = 1; first <= SIGRTMAX; first += 7) {
      const StopLadder other = ladder.starting_with(first);
      check_ends(other);
      REQUIRE(read(format_stop_ladder(other)) == other);
    }
  }
}

TEST_CASE("stop ladder: garbage is refused, or read as a ladder that ends and reads back") {
  Random random(99);
  int accepted = 0;
  int refused = 0;
  const auto look = [&](const std::string& text) {
    CAPTURE(text);
    const auto parsed = StopLadder::parse(text);
    if (!parsed) {
      ++refused;
      REQUIRE(parsed.error().read == text);
      REQUIRE_FALSE(parsed.error().allowed.empty());
      return;
    }
    ++accepted;
    check_ends(*parsed);
    REQUIRE(read(format_stop_ladder(*parsed)) == *parsed);
  };
  constexpr std::array<std::string_view, 13> kParts{"TERM", "INT",   "KILL", "9",     "15", "RTMIN+1", ":",
                                                    ":5s",  ":none", ":0",   ":1h2m", ",",  ","};
  for (int i = 0; i < 30'000; ++i) {
    std::string text;
    for (std::size_t part = below(random, 7); part > 0; --part) text += kParts.at(below(random, kParts.size()));
    look(text);
  }
  for (int i = 0; i < 10'000; ++i) look(any_text(random, "TERMKIL:,0159sm", 12));
  for (int i = 0; i < 10'000; ++i) look(any_text(random, {}, 24));
  CHECK(accepted > 1000);
  CHECK(refused > 1000);
}

TEST_CASE("stop ladder: a cancel uses the same ladder with its own first signal") {
  const StopLadder ladder = read("TERM:5s,QUIT:7s");
  CHECK(ladder.starting_with(SIGINT).rungs() == Rungs{{SIGINT, 5s}, {SIGQUIT, 7s}, {SIGKILL, {}}});
  CHECK(ladder.starting_with(SIGTERM) == ladder);
  CHECK(ladder.starting_with(SIGKILL).rungs() == Rungs{{SIGKILL, {}}});
  CHECK(StopLadder(SIGTERM, {}).starting_with(SIGHUP).rungs() == Rungs{{SIGHUP, {}}, {SIGKILL, {}}});
}

TEST_CASE("stop ladder: a cancel on a ladder of only KILL still delivers its signal, with a bounded wait") {
  const StopLadder ladder = StopLadder(SIGKILL, {}).starting_with(SIGINT);
  check_ends(ladder);
  REQUIRE(ladder.rungs().size() == 2);
  CHECK(ladder.rungs().front().signal == SIGINT);
  REQUIRE(ladder.rungs().front().grace.has_value());
  CHECK(*ladder.rungs().front().grace > Duration::zero());
  CHECK(*ladder.rungs().front().grace <= 1s);
}

}  // namespace
}  // namespace oversee::model
