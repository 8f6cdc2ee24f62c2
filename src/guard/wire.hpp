// Encodes the messages of guard/protocol.hpp as bytes and decodes them.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "guard/protocol.hpp"

namespace oversee::guard {

// The kernel limits arguments plus environment to a quarter of the stack limit, at most 6 MiB (execve(2)). A stream
// that announces a larger message than this is corrupt.
inline constexpr std::size_t kLargestMessage = 64 * 1024 * 1024;

// A message consists of its length, the index of its kind and its fields in order, in native byte order, because both
// sides are the same binary. Strings and lists are preceded by their length.
namespace wire {

using Length = std::uint32_t;

// The fields of types that other folders define.
template <class T, class U>
concept Is = std::is_same_v<std::remove_const_t<T>, U>;
inline auto fields_of(Is<model::Rung> auto& m) { return std::tie(m.signal, m.grace); }
inline auto fields_of(Is<os::FileIdentity> auto& m) { return std::tie(m.device, m.inode); }
inline auto fields_of(Is<model::Usage> auto& m) {
  return std::tie(m.user, m.system, m.max_rss_bytes, m.peak_bytes, m.processes, m.major_faults, m.voluntary_switches,
                  m.involuntary_switches, m.read_bytes, m.written_bytes, m.accuracy);
}
inline auto fields_of(Is<model::TreeLimits> auto& m) { return std::tie(m.memory, m.cpu, m.processes); }
inline auto fields_of(Is<model::TreeMeans> auto& m) { return std::tie(m.memory, m.cpu, m.processes, m.tasks); }
inline auto fields_of(Is<model::ProcessLimits> auto& m) {
  return std::tie(m.nice, m.files, m.file_size, m.core_size, m.data, m.data_backstop, m.cpu_backstop);
}
inline auto fields_of(Is<model::Consumer> auto& m) { return std::tie(m.pid, m.name, m.used); }
inline auto fields_of(Is<model::PassedLimit> auto& m) {
  return std::tie(m.resource, m.used, m.allowed, m.means, m.largest);
}
inline auto fields_of(Is<model::Survivor> auto& m) {
  return std::tie(m.pid, m.command, m.holds.known, m.holds.out, m.holds.err);
}

// The fields of a message, which lists them itself; one without fields lists none.
template <class T>
auto fields(T& message) {
  using Message = std::remove_const_t<T>;
  if constexpr (requires { Message::fields(message); }) {
    return Message::fields(message);
  } else if constexpr (std::is_empty_v<Message>) {
    return std::tie();
  } else {
    return fields_of(message);
  }
}

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_same_v<T, model::Duration>;

// The values of an enumeration are contiguous from 0 to kLast; larger ones are invalid.
template <class T>
concept Enumeration = std::is_enum_v<T>;
template <Enumeration T>
inline constexpr T kLast = T{};
template <>
inline constexpr auto kLast<model::Resource> = model::Resource::file_size;
template <>
inline constexpr auto kLast<model::StopReach> = model::StopReach::leader;
template <>
inline constexpr auto kLast<model::LimitMeans> = model::LimitMeans::rlimit;
template <>
inline constexpr auto kLast<model::ProcView> = model::ProcView::absent;
template <>
inline constexpr auto kLast<model::Accuracy> = model::Accuracy::exact;

// Declared first because messages contain lists, and lists messages.
template <class T>
void put(std::string& out, const std::vector<T>& list);
template <class T>
void put(std::string& out, const std::optional<T>& value);
template <class T>
bool take(std::string_view& in, std::vector<T>& list);
template <class T>
bool take(std::string_view& in, std::optional<T>& value);

template <Plain T>
void put(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <Enumeration T>
void put(std::string& out, const T& value) {
  put(out, std::to_underlying(value));
}
inline void put(std::string& out, const std::string& text) {
  put(out, static_cast<Length>(text.size()));
  out += text;
}
template <class T>
void put(std::string& out, const T& message) {
  std::apply([&](const auto&... field) { (put(out, field), ...); }, fields(message));
}
template <class T>
void put(std::string& out, const std::vector<T>& list) {
  put(out, static_cast<Length>(list.size()));
  for (const T& each : list) put(out, each);
}
template <class T>
void put(std::string& out, const std::optional<T>& value) {
  put(out, value.has_value());
  if (value) put(out, *value);
}

// Each removes one value from the beginning of the text; false if the text is too short or the value is invalid.
inline bool take(std::string_view& in, bool& value) {
  if (in.empty() || static_cast<unsigned char>(in.front()) > 1) return false;
  value = in.front() != 0;
  in.remove_prefix(1);
  return true;
}
template <Plain T>
bool take(std::string_view& in, T& value) {
  if (in.size() < sizeof value) return false;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return true;
}
template <Enumeration T>
bool take(std::string_view& in, T& value) {
  static_assert(kLast<T> != T{}, "the last value must be listed above");
  std::underlying_type_t<T> number{};
  if (!take(in, number) || number > std::to_underlying(kLast<T>)) return false;
  value = static_cast<T>(number);
  return true;
}
inline bool take(std::string_view& in, std::string& text) {
  Length length = 0;
  if (!take(in, length) || in.size() < length) return false;
  text.assign(in.substr(0, length));
  in.remove_prefix(length);
  return true;
}
template <class T>
bool take(std::string_view& in, T& message) {
  return std::apply([&](auto&... field) { return (take(in, field) && ...); }, fields(message));
}
template <class T>
bool take(std::string_view& in, std::vector<T>& list) {
  Length length = 0;
  if (!take(in, length)) return false;
  list.clear();
  // No reserve(length): a wrong length must not allocate memory.
  for (; length > 0; --length) {
    if (!take(in, list.emplace_back())) return false;
  }
  return true;
}

template <class T>
bool take(std::string_view& in, std::optional<T>& value) {
  bool there = false;
  if (!take(in, there)) return false;
  if (!there) {
    value.reset();
    return true;
  }
  return take(in, value.emplace());
}

template <class Message, std::size_t I = 0>
std::optional<Message> take_kind(std::size_t kind, std::string_view& in) {
  if constexpr (I == std::variant_size_v<Message>) {
    return {};
  } else {
    if (kind != I) return take_kind<Message, I + 1>(kind, in);
    std::variant_alternative_t<I, Message> message;
    if (!take(in, message) || !in.empty()) return {};
    return Message(std::in_place_index<I>, std::move(message));
  }
}

}  // namespace wire

template <class Message>
std::string encode(const Message& message) {
  std::string body;
  wire::put(body, static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& each) { wire::put(body, each); }, message);
  std::string whole;
  wire::put(whole, static_cast<wire::Length>(body.size()));
  return whole + body;
}

// Splits a byte stream, fed in arbitrary pieces, into messages.
template <class Message>
class Decoder {
 public:
  void feed(std::string_view bytes) { pending_ += bytes; }

  // The next message; none while it is incomplete, and always none once broken().
  std::optional<Message> next() {
    std::string_view in = pending_;
    wire::Length length = 0;
    if (broken_ || !wire::take(in, length)) return {};
    broken_ = length > kLargestMessage;
    if (broken_ || in.size() < length) return {};
    std::string_view body = in.substr(0, length);
    std::uint8_t kind = 0;
    std::optional<Message> message;
    if (wire::take(body, kind)) message = wire::take_kind<Message>(kind, body);
    broken_ = !message;
    pending_.erase(0, sizeof length + length);
    return message;
  }

  bool broken() const { return broken_; }

 private:
  std::string pending_;
  bool broken_ = false;
};

}  // namespace oversee::guard
