// Feeds random bytes as messages between guard and front: a bad message must be refused and end the decoding; a good
// one must encode back to its bytes, however they are split. The first byte selects the direction, the second the
// splitting.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard/wire.hpp"
#include "must.hpp"

namespace oversee::fuzz {
namespace {

std::size_t largest_allocation = 0;

template <class Message>
struct Heard {
  std::vector<Message> messages;
  bool broken = false;

  bool operator==(const Heard&) const = default;
};

// The shortest list element takes 4 bytes on the wire and 32 in memory, and lists grow by doubling.
template <class Message>
std::optional<Message> next(guard::Decoder<Message>& decoder, std::size_t sent) {
  largest_allocation = 0;
  auto message = decoder.next();
  must(largest_allocation <= 256 + 16 * sent, "what is kept is in proportion to what was sent");
  return message;
}

template <class Message>
Heard<Message> hear(std::string_view bytes, std::size_t piece) {
  guard::Decoder<Message> decoder;
  Heard<Message> heard;
  const std::size_t whole = bytes.size();
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    decoder.feed(bytes.substr(0, piece));
    while (auto message = next(decoder, whole)) heard.messages.push_back(std::move(*message));
  }
  heard.broken = decoder.broken();
  return heard;
}

template <class Message>
void check(std::size_t piece, std::string_view bytes) {
  const auto heard = hear<Message>(bytes, bytes.size());
  must(hear<Message>(bytes, piece) == heard, "cuts change nothing");
  std::string again;
  for (const Message& each : heard.messages) again += guard::encode(each);
  must(bytes.starts_with(again), "a message has the bytes it came in");
  if (heard.broken) return;
  const auto and_more = hear<Message>(std::string(bytes.substr(0, again.size())) + again, piece);
  must(!and_more.broken && and_more.messages.size() == 2 * heard.messages.size(), "what is sent can be heard");
}

void check_words(const guard::Report& report) {
  if (const auto* passed = std::get_if<guard::LimitPassed>(&report)) {
    must(!to_string(passed->limit.resource).empty() && !to_string(passed->limit.means).empty(), "a limit has words");
    must(!describe(passed->limit).empty(), "a limit can be told");
  } else if (const auto* empty = std::get_if<guard::TreeEmpty>(&report)) {
    must(!to_string(empty->usage.accuracy).empty(), "an accuracy has a word");
  } else if (const auto* started = std::get_if<guard::CommandStarted>(&report)) {
    must(!to_string(started->means.memory).empty(), "means have words");
  }
}

}  // namespace
}  // namespace oversee::fuzz

// The sanitizer reports each allocation (sanitizer/allocator_interface.h).
extern "C" void __sanitizer_malloc_hook(const volatile void*, std::size_t size) {
  oversee::fuzz::largest_allocation = std::max(oversee::fuzz::largest_allocation, size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t piece = 1U + data[1];
  if (data[0] % 2 == 0) {
    oversee::fuzz::check<oversee::guard::Request>(piece, bytes);
  } else {
    oversee::fuzz::check<oversee::guard::Report>(piece, bytes);
    for (const auto& each : oversee::fuzz::hear<oversee::guard::Report>(bytes, piece).messages) {
      oversee::fuzz::check_words(each);
    }
  }
  return 0;
}
