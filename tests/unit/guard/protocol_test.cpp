// Tests that every message between front and guard is decoded as it was encoded, however it is split.
#include <doctest/doctest.h>

#include <algorithm>

#include "protocol_messages.hpp"
#include "random_text.hpp"

namespace oversee::guard {
namespace {

template <class Message>
void check_round_trip(const std::vector<Message>& messages) {
  for (const Message& each : messages) {
    CAPTURE(each.index());
    Decoder<Message> decoder;
    decoder.feed(encode(each));
    const auto back = decoder.next();
    REQUIRE(back.has_value());
    CHECK((*back == each));
    CHECK_FALSE(decoder.next().has_value());
    CHECK_FALSE(decoder.broken());
  }
}

TEST_CASE("protocol: every message reads back") {
  check_round_trip(requests());
  check_round_trip(reports());
}

TEST_CASE("protocol: several messages in one piece are read in order") {
  Decoder<Request> decoder;
  decoder.feed(encode_all(requests()));
  CHECK((take_all(decoder) == requests()));
  Decoder<Report> other;
  other.feed(encode_all(reports()));
  CHECK((take_all(other) == reports()));
}

template <class Message>
void check_splits(const std::vector<Message>& messages) {
  const std::string bytes = encode_all(messages);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Decoder<Message> decoder;
    decoder.feed(bytes.substr(0, cut));
    auto received = take_all(decoder);
    decoder.feed(bytes.substr(cut));
    for (Message& each : take_all(decoder)) received.push_back(std::move(each));
    REQUIRE((received == messages));
    REQUIRE_FALSE(decoder.broken());
  }
  Decoder<Message> decoder;
  std::vector<Message> received;
  for (const char byte : bytes) {
    decoder.feed({&byte, 1});
    for (Message& each : take_all(decoder)) received.push_back(std::move(each));
  }
  CHECK((received == messages));
}

TEST_CASE("protocol: the result does not depend on the splitting") {
  check_splits<Request>({SignalTree{SIGINT}, StartCommand{.argv = {"a", ""}, .environment = {"K=V"}, .directory = "/"},
                         KillTree{}, SignalGroup{SIGHUP}});
  check_splits<Report>({CommandStarted{7}, Survivors{{{7, "sleep"}, {8, "x"}}, 1}, LeaderContinued{},
                        StartFailed{"exec", 2, "x"},
                        TreeEmpty{{.user = 1s, .system = 2s, .max_rss_bytes = 3, .processes = 4}}});
}

TEST_CASE("protocol: large messages in pieces of any size") {
  Random random(1);
  const std::string bytes = encode_all(requests());
  for (int round = 0; round < 5; ++round) {
    Decoder<Request> decoder;
    std::vector<Request> received;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min(bytes.size() - at, 1 + below(random, 100'000));
      decoder.feed(std::string_view(bytes).substr(at, size));
      for (Request& each : take_all(decoder)) received.push_back(std::move(each));
      at += size;
    }
    CHECK((received == requests()));
  }
}

// The kernel allows an environment up to a quarter of the stack's limit.
TEST_CASE("protocol: a command with a large environment gets through") {
  StartCommand start{.argv = {"true"}, .environment = {}, .directory = {}};
  for (int i = 0; i < 64; ++i) start.environment.push_back("K=" + std::string(128 * 1024, 'v'));
  check_round_trip<Request>({start});
}

}  // namespace
}  // namespace oversee::guard
