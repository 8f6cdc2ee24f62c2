// What front and guard say: every message comes out as it went in, in whatever pieces; nonsense is refused, not obeyed.
#include "guard/wire.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <limits>
#include <random>

namespace oversee::guard {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

std::string any_bytes(Random& random, std::size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(below(random, 256));
  return text;
}

template <class Number>
std::string raw(Number number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

// A message as it stands on the wire around this body.
std::string framed(const std::string& body) { return raw(static_cast<wire::Length>(body.size())) + body; }

const std::string kEveryByte = [] {
  std::string text;
  for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
  return text;
}();

const std::vector<Request>& requests() {
  static const std::vector<Request> list{
      StartCommand{},
      StartCommand{.argv = {"make", "-j8", "", kEveryByte},
                   .environment = {"PATH=/bin", "EMPTY=", "A=\n\0x"},
                   .directory = "/srv/app",
                   .own_group = true,
                   .terminal = true,
                   .cgroup_name = "oversee-20261123-121659-k3f9-1",
                   .cgroup_at_start = true,
                   .cgroup_required = true,
                   .ignored_signals = std::numeric_limits<std::uint64_t>::max(),
                   .blocked_signals = 1,
                   .tree_limits = {.memory = 1, .cpu = 1s, .processes = ~std::uint64_t{0}},
                   .process_limits = {.nice = -20,
                                      .files = 0,
                                      .file_size = 1,
                                      .core_size = model::kUnlimited,
                                      .data = 2,
                                      .data_backstop = 3,
                                      .cpu_backstop = 4},
                   .record = {.run_id = "20261123-121659-k3f9",
                              .json_path = kEveryByte,
                              .attempt = 3,
                              .started = 1s,
                              .attempt_started = model::Duration::max(),
                              .attempt_started_wall = model::Duration::min()}},
      StartCommand{.argv = {std::string(1 << 20, 'x')}, .environment = {}, .directory = {}},
      StartCommand{.argv = std::vector<std::string>(20'000, "word"), .environment = {}, .directory = {}},
      SignalTree{SIGTERM},
      SignalTree{-1},
      SignalLeader{SIGUSR1},
      SignalGroup{SIGWINCH},
      HoldModes{},
      HoldModes{kEveryByte},
      StopGroup{SIGTERM, 4242},
      StopLeader{SIGKILL},
      KillTree{},
      NameSurvivors{},
      NameSurvivors{{1, 2}, {std::numeric_limits<std::uint64_t>::max(), 3}},
      LetGo{},
      ReleaseRecord{},
  };
  return list;
}

const std::vector<Report>& reports() {
  static const std::vector<Report> list{
      CommandStarted{4242},
      CommandStarted{std::numeric_limits<std::int32_t>::max()},
      CommandStarted{7, "/sys/fs/cgroup/a", ""},
      CommandStarted{7, "", kEveryByte},
      CommandStarted{.pid = 7, .means = {.memory = model::LimitMeans::cgroup, .tasks = 4096}},
      StartFailed{},
      StartFailed{"exec", 2, kEveryByte},
      LeaderStopped{SIGTSTP},
      LeaderContinued{},
      LeaderExited{0},
      LeaderExited{std::numeric_limits<std::int32_t>::min(), ~std::uint64_t{0}},
      LimitPassed{},
      LimitPassed{{model::Resource::processes, 65, 64, model::LimitMeans::cgroup, {4242, kEveryByte, 63}}},
      CancelAsked{SIGTERM, 4242},
      Survivors{},
      Survivors{{{7, "sleep 99"}, {8, ""}, {-1, kEveryByte}}, 3},
      Survivors{std::vector<model::Survivor>(kMostNames, {{1, std::string(200, 'x')}, {true, true, false}}),
                std::numeric_limits<std::uint32_t>::max(), 3s},
      GroupGone{},
      TreeLetGo{{.user = 3s, .processes = 7}},
      TreeEmpty{},
      TreeEmpty{{.user = 3s,
                 .system = model::Duration::max(),
                 .max_rss_bytes = ~std::uint64_t{0},
                 .peak_bytes = 1,
                 .processes = 7,
                 .major_faults = 2,
                 .voluntary_switches = 3,
                 .involuntary_switches = 4,
                 .read_bytes = 5,
                 .written_bytes = 6,
                 .accuracy = model::Accuracy::exact},
                true},
  };
  return list;
}

template <class Message>
std::string encode_all(const std::vector<Message>& messages) {
  std::string bytes;
  for (const Message& each : messages) bytes += encode(each);
  return bytes;
}

template <class Message>
std::vector<Message> take_all(Decoder<Message>& decoder) {
  std::vector<Message> messages;
  while (auto message = decoder.next()) messages.push_back(std::move(*message));
  return messages;
}

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

TEST_CASE("protocol: every message comes out as it went in") {
  check_round_trip(requests());
  check_round_trip(reports());
}

TEST_CASE("protocol: several messages in one piece come out in their order") {
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

TEST_CASE("protocol: it does not matter where the stream is cut") {
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

// An environment can be as large as the kernel takes it: a quarter of the stack's limit.
TEST_CASE("protocol: a command with a large environment gets through") {
  StartCommand start{.argv = {"true"}, .environment = {}, .directory = {}};
  for (int i = 0; i < 64; ++i) start.environment.push_back("K=" + std::string(128 * 1024, 'v'));
  check_round_trip<Request>({start});
}

// A body that a decoder must refuse, and with it all that follows.
template <class Message>
void check_refused(const std::string& bytes) {
  Decoder<Message> decoder;
  decoder.feed(bytes);
  CHECK_FALSE(decoder.next().has_value());
  CHECK(decoder.broken());
  decoder.feed(encode(Message{}));
  CHECK_FALSE(decoder.next().has_value());
  CHECK(decoder.broken());
}

TEST_CASE("protocol: a message of no known kind is refused") {
  check_refused<Request>(framed(""));
  for (std::size_t kind = std::variant_size_v<Request>; kind < 256; ++kind) {
    check_refused<Request>(framed(std::string(1, static_cast<char>(kind))));
  }
  check_refused<Report>(framed(std::string(1, static_cast<char>(std::variant_size_v<Report>)) + "xyz"));
}

template <class Message>
void check_length_must_fit(const std::vector<Message>& messages) {
  for (const Message& each : messages) {
    const std::string body = encode(each).substr(sizeof(wire::Length));
    if (body.size() > 2000) continue;
    CAPTURE(each.index());
    for (std::size_t size = 0; size < body.size(); ++size) check_refused<Message>(framed(body.substr(0, size)));
    check_refused<Message>(framed(body + '\0'));
    check_refused<Message>(framed(body + body));
  }
}

TEST_CASE("protocol: a message that is shorter or longer than its fields is refused") {
  check_length_must_fit(requests());
  check_length_must_fit(reports());
}

TEST_CASE("protocol: what went before nonsense is still taken") {
  Decoder<Request> decoder;
  decoder.feed(encode(Request{SignalTree{SIGINT}}) + framed("\xff") + encode(Request{SignalTree{SIGTERM}}));
  CHECK((take_all(decoder) == std::vector<Request>{SignalTree{SIGINT}}));
  CHECK(decoder.broken());
}

// Lengths inside a message that reach beyond it must neither be believed nor be allocated for.
TEST_CASE("protocol: a string or list that says it is longer than its message is refused") {
  const auto kind = [](const auto& message) { return encode(message).substr(sizeof(wire::Length), 1); };
  const std::string start = kind(Request{StartCommand{}});
  const std::string failed = kind(Report{StartFailed{}});
  const std::string survivors = kind(Report{Survivors{}});
  for (const std::uint32_t length : {0xffffffffU, 0xfffffff0U, 0x7fffffffU, 0x80000000U, 0x01000000U, 0x101U}) {
    CAPTURE(length);
    for (const std::size_t rest : {0, 1, 4, 100, 256}) {
      const std::string tail(rest, '\0');
      check_refused<Request>(framed(start + raw(length) + tail));                          // so many words
      check_refused<Request>(framed(start + raw(std::uint32_t{1}) + raw(length) + tail));  // one such word
      check_refused<Report>(framed(failed + raw(length) + tail));
      check_refused<Report>(framed(survivors + raw(length) + tail));
    }
  }
}

TEST_CASE("protocol: a list has room for the elements that come, not for those that are said to") {
  const std::string bytes =
      raw(std::uint32_t{1'000'000}) + raw(std::uint32_t{4}) + "make" + std::string(1'000'000, '\xff');
  std::vector<std::string> list;
  std::string_view in = bytes;
  CHECK_FALSE(wire::take(in, list));
  CHECK(list.capacity() < 10);
}

template <class Value>
void check_ends() {
  const auto last = static_cast<int>(wire::kLast<Value>);
  for (int i = 0; i < 256; ++i) {
    CAPTURE(i);
    CHECK(to_string(static_cast<Value>(i)).empty() == (i > last));
    const std::string bytes(1, static_cast<char>(i));
    std::string_view in = bytes;
    Value value{};
    CHECK(wire::take(in, value) == (i <= last));
  }
}

TEST_CASE("protocol: a value that has no word is refused") {
  check_ends<model::Resource>();
  check_ends<model::LimitMeans>();
  check_ends<model::Accuracy>();
}

// Who believes such a length waits for ever for the rest, and keeps all that comes meanwhile.
TEST_CASE("protocol: a message that says it is larger than any is refused at once") {
  for (const std::uint32_t length : {0xffffffffU, 0xfffffffbU, 0x80000000U}) {
    CAPTURE(length);
    check_refused<Request>(raw(length));
    check_refused<Report>(raw(length));
    check_refused<Request>(raw(length) + std::string(100'000, '\1'));
  }
}

// Reads to the end whatever there is; returns how many messages that were.
template <class Message>
std::size_t survive(const std::string& bytes, Random& random) {
  Decoder<Message> decoder;
  std::size_t count = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(bytes.size() - at, 1 + below(random, 64));
    decoder.feed(std::string_view(bytes).substr(at, size));
    for (const Message& each : take_all(decoder)) {
      ++count;
      REQUIRE(each.index() < std::variant_size_v<Message>);
      Decoder<Message> again;  // what was made of it is a message like any other
      again.feed(encode(each));
      const auto back = again.next();
      REQUIRE(back.has_value());
      REQUIRE((*back == each));
    }
    at += size;
  }
  return count;
}

TEST_CASE("protocol: garbage is survived") {
  Random random(20261123);
  std::size_t messages = 0;
  for (int round = 0; round < 20'000; ++round) {
    // Well framed, as a rule, and of a kind that there is: else nothing behind the length would ever be looked at.
    std::string bytes;
    for (std::size_t i = 1 + below(random, 3); i > 0; --i) {
      std::string body = any_bytes(random, below(random, 64));
      if (!body.empty() && below(random, 8) != 0) body[0] = static_cast<char>(below(random, 8));
      if (below(random, 2) == 0)
        std::ranges::replace_if(
            body, [](char c) { return c > 7 || c < 0; }, '\0');
      bytes += below(random, 16) == 0 ? body : framed(body);
    }
    messages += survive<Request>(bytes, random) + survive<Report>(bytes, random);
  }
  CHECK(messages > 300);
}

TEST_CASE("protocol: a message with one byte changed is survived") {
  Random random(7);
  const auto look = [&]<class Message>(const std::vector<Message>& messages) {
    for (const Message& each : messages) {
      const std::string bytes = encode(each);
      if (bytes.size() > 2000) continue;
      for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ static_cast<char>(1 + below(random, 255)));
        (void)survive<Message>(changed + bytes, random);
      }
    }
  };
  look(requests());
  look(reports());
}

}  // namespace
}  // namespace oversee::guard
