// Tests signals by name and number, in both directions.
#include "model/signal_name.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <string>
#include <string_view>

#include "random_text.hpp"

namespace oversee::model {
namespace {

void check_refused(std::string_view text) {
  const auto parsed = parse_signal(text);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().read == text);
  CHECK(parsed.error().allowed.find("a signal such as TERM, SIGTERM, 15 or RTMIN+1") != std::string::npos);
}

TEST_CASE("signal: reads names with and without SIG, in either case, and numbers") {
  struct Case {
    std::string_view text;
    Signal signal;
  };
  const std::array cases{
      Case{"TERM", SIGTERM},
      Case{"SIGTERM", SIGTERM},
      Case{"term", SIGTERM},
      Case{"sigterm", SIGTERM},
      Case{"SigTerm", SIGTERM},
      Case{"15", SIGTERM},
      Case{"015", SIGTERM},
      Case{"1", SIGHUP},
      Case{"9", SIGKILL},
      Case{"KILL", SIGKILL},
      Case{"INT", SIGINT},
      Case{"USR1", SIGUSR1},
      Case{"USR2", SIGUSR2},
      Case{"IOT", SIGABRT},
      Case{"CLD", SIGCHLD},
      Case{"POLL", SIGIO},
      Case{"WINCH", SIGWINCH},
      Case{"RTMIN", SIGRTMIN},
      Case{"RTMIN+0", SIGRTMIN},
      Case{"RTMIN+1", SIGRTMIN + 1},
      Case{"SIGRTMIN+1", SIGRTMIN + 1},
      Case{"sigrtmin+1", SIGRTMIN + 1},
      Case{"RTMAX", SIGRTMAX},
      Case{"RTMAX-0", SIGRTMAX},
      Case{"RTMAX-2", SIGRTMAX - 2},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto parsed = parse_signal(c.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == c.signal);
  }
  CHECK(parse_signal(std::to_string(SIGRTMAX)).value() == SIGRTMAX);
  CHECK(parse_signal("RTMIN+" + std::to_string(SIGRTMAX - SIGRTMIN)).value() == SIGRTMAX);
  CHECK(parse_signal("RTMAX-" + std::to_string(SIGRTMAX - SIGRTMIN)).value() == SIGRTMIN);
}

TEST_CASE("signal: bad text is refused, naming the text and the allowed forms") {
  for (const std::string_view text : {"",
                                      " ",
                                      "SIG",
                                      "0",
                                      "-1",
                                      "-15",
                                      "+15",
                                      "15 ",
                                      " 15",
                                      "1.5",
                                      "0x0f",
                                      "SIG15",
                                      "SIGSIGTERM",
                                      "TERMX",
                                      "TER",
                                      "TERM ",
                                      " TERM",
                                      "TERM,INT",
                                      "RTMIN-1",
                                      "RTMAX+1",
                                      "RTMIN+",
                                      "RTMAX-",
                                      "RTMIN1",
                                      "RTMIN++1",
                                      "RTMIN+-1",
                                      "RTMIN+ 1",
                                      "RTMIN+1000",
                                      "RTMAX-1000",
                                      "RTMIN+99999999999999999999",
                                      "RT",
                                      "RTMIN+1x",
                                      "4294967311",
                                      "18446744073709551631",
                                      "99999999999999999999",
                                      "EXIT",
                                      "none",
                                      "T\xc4\x98RM"}) {
    CAPTURE(text);
    check_refused(text);
  }
  check_refused(std::to_string(SIGRTMAX + 1));
  check_refused("RTMIN+" + std::to_string(SIGRTMAX - SIGRTMIN + 1));
  check_refused("RTMAX-" + std::to_string(SIGRTMAX - SIGRTMIN + 1));
  check_refused(std::string_view("TERM\0", 5));
}

TEST_CASE("signal: every name reads back, with and without SIG") {
  for (Signal signal = 1; signal <= SIGRTMAX; ++signal) {
    const std::string name = signal_name(signal);
    CAPTURE(signal);
    CAPTURE(name);
    CHECK(parse_signal(name).value() == signal);
    CHECK(parse_signal(std::to_string(signal)).value() == signal);
    if (std::isdigit(static_cast<unsigned char>(name.front())) != 0) continue;
    CHECK(parse_signal("SIG" + name).value() == signal);
    CHECK_FALSE(name.starts_with("SIG"));
  }
}

TEST_CASE("signal: prints the usual name, or a number if the platform has none") {
  CHECK(signal_name(SIGTERM) == "TERM");
  CHECK(signal_name(SIGABRT) == "ABRT");
  CHECK(signal_name(SIGCHLD) == "CHLD");
  CHECK(signal_name(SIGIO) == "POLL");
  CHECK(signal_name(SIGRTMIN) == "RTMIN");
  CHECK(signal_name(SIGRTMIN + 1) == "RTMIN+1");
  CHECK(signal_name(0) == "0");
  CHECK(signal_name(SIGRTMAX + 1) == std::to_string(SIGRTMAX + 1));
  // The C library reserves the first real-time signals for its threads.
  for (Signal signal = SIGSYS + 1; signal < SIGRTMIN; ++signal) CHECK(signal_name(signal) == std::to_string(signal));
}

TEST_CASE("signal: every offered name is accepted and offered once") {
  const std::vector<std::string_view> names = signal_names();
  for (const std::string_view name : names) {
    CAPTURE(name);
    CHECK(parse_signal(name).has_value());
    CHECK(std::ranges::count(names, name) == 1);
  }
  for (const std::string_view name : {"TERM", "KILL", "INT", "RTMIN", "RTMAX"}) {
    CAPTURE(name);
    CHECK(std::ranges::find(names, name) != names.end());
  }
  for (Signal signal = 1; signal <= SIGSYS; ++signal) {
    CAPTURE(signal);
    CHECK(std::ranges::find(names, signal_name(signal)) != names.end());
  }
}

TEST_CASE("signal: garbage is refused, or is a signal that reads back") {
  Random random(99);
  int accepted = 0;
  int refused = 0;
  const auto look = [&](const std::string& text) {
    CAPTURE(text);
    const auto parsed = parse_signal(text);
    if (!parsed) {
      ++refused;
      REQUIRE(parsed.error().read == text);
      REQUIRE_FALSE(parsed.error().allowed.empty());
      return;
    }
    ++accepted;
    REQUIRE(*parsed >= 1);
    REQUIRE(*parsed <= SIGRTMAX);
    REQUIRE(parse_signal(signal_name(*parsed)).value() == *parsed);
  };
  constexpr std::array<std::string_view, 6> kStarts{"", "SIG", "RTMIN+", "RTMAX-", "sigrtmin", "rt"};
  for (int i = 0; i < 10'000; ++i) look(std::string(kStarts.at(below(random, 6))) + any_text(random, "0123456789", 3));
  for (int i = 0; i < 10'000; ++i) look(any_text(random, "SIGTERMKLNUQHPAX0123456789+- ", 8));
  for (int i = 0; i < 10'000; ++i) look(any_text(random, {}, 24));
  CHECK(accepted > 1000);
  CHECK(refused > 1000);
}

}  // namespace
}  // namespace oversee::model
