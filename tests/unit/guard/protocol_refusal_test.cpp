// Tests that decoders refuse messages that front and guard never send.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "protocol_messages.hpp"
#include "random_text.hpp"

namespace oversee::guard {
namespace {

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

// The message with this body, as it is sent.
std::string framed(const std::string& body) { return raw(static_cast<wire::Length>(body.size())) + body; }

// Checks that a decoder refuses the body and everything after it.
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

TEST_CASE("protocol: a message of an unknown kind is refused") {
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

TEST_CASE("protocol: messages before nonsense are still accepted") {
  Decoder<Request> decoder;
  decoder.feed(encode(Request{SignalTree{SIGINT}}) + framed("\xff") + encode(Request{SignalTree{SIGTERM}}));
  CHECK((take_all(decoder) == std::vector<Request>{SignalTree{SIGINT}}));
  CHECK(decoder.broken());
}

// Lengths that exceed their message must be refused without allocating for them.
TEST_CASE("protocol: a string or list longer than its message is refused") {
  const auto kind = [](const auto& message) { return encode(message).substr(sizeof(wire::Length), 1); };
  const std::string start = kind(Request{StartCommand{}});
  const std::string failed = kind(Report{StartFailed{}});
  const std::string survivors = kind(Report{Survivors{}});
  for (const std::uint32_t length : {0xffffffffU, 0xfffffff0U, 0x7fffffffU, 0x80000000U, 0x01000000U, 0x101U}) {
    CAPTURE(length);
    for (const std::size_t rest : {0, 1, 4, 100, 256}) {
      const std::string tail(rest, '\0');
      check_refused<Request>(framed(start + raw(length) + tail));                          // that many arguments
      check_refused<Request>(framed(start + raw(std::uint32_t{1}) + raw(length) + tail));  // one such argument
      check_refused<Report>(framed(failed + raw(length) + tail));
      check_refused<Report>(framed(survivors + raw(length) + tail));
    }
  }
}

TEST_CASE("protocol: memory for a list depends on the received elements, not on the announced number") {
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

TEST_CASE("protocol: an undefined enumerator is refused") {
  check_ends<model::Resource>();
  check_ends<model::LimitMeans>();
  check_ends<model::Accuracy>();
}

// A decoder that accepts such a length would wait for ever and buffer everything.
TEST_CASE("protocol: a message with too large a length is refused at once") {
  for (const std::uint32_t length : {0xffffffffU, 0xfffffffbU, 0x80000000U}) {
    CAPTURE(length);
    check_refused<Request>(raw(length));
    check_refused<Report>(raw(length));
    check_refused<Request>(raw(length) + std::string(100'000, '\1'));
  }
}

// Decodes all bytes; returns the number of messages.
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
      Decoder<Message> again;  // a decoded message must survive another round trip
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
    // Mostly well framed and of an existing kind: otherwise nothing after the length would be decoded.
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
