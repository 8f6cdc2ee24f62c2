// Parses and formats signals.
#include "model/signal_name.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>

namespace oversee::model {
namespace {

struct Alias {
  std::string_view name;
  Signal number;
};

// Further names of signals that the C library abbreviates in another way.
constexpr std::array kAliases{Alias{"IOT", SIGABRT}, Alias{"CLD", SIGCHLD}, Alias{"IO", SIGIO}};

// Empty if the C library has no name for it, as for real-time signals.
std::string_view abbreviation(Signal signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? std::string_view() : name;
}

constexpr std::string_view kAllowedSignal = "a signal such as TERM, SIGTERM, 15 or RTMIN+1";

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || text.front() == '-') return {};
  return value;
}

// "RTMIN", "RTMIN+1", "RTMAX-2"; the C library defines the bounds at run time.
std::optional<Signal> real_time_signal(std::string_view name) {
  const bool from_low = name.starts_with("RTMIN");
  if (!from_low && !name.starts_with("RTMAX")) return {};
  name.remove_prefix(5);
  int offset = 0;
  if (!name.empty()) {
    if (name.front() != (from_low ? '+' : '-')) return {};
    const auto count = whole_number(name.substr(1));
    if (!count || *count > SIGRTMAX - SIGRTMIN) return {};
    offset = *count;
  }
  return from_low ? SIGRTMIN + offset : SIGRTMAX - offset;
}

}  // namespace

Parsed<Signal> parse_signal(std::string_view text) {
  const std::string upper = upper_case(text);
  std::string_view name = upper;
  if (const auto number = whole_number(name); number && *number >= 1 && *number <= SIGRTMAX) return *number;
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (Signal signal = 1; signal < SIGRTMIN; ++signal) {
    if (!name.empty() && abbreviation(signal) == name) return signal;
  }
  for (const Alias& each : kAliases) {
    if (each.name == name) return each.number;
  }
  if (const auto signal = real_time_signal(name)) return *signal;
  return refuse_value(text, kAllowedSignal);
}

std::string signal_name(Signal signal) {
  if (const std::string_view name = abbreviation(signal); !name.empty()) return std::string(name);
  if (signal == SIGRTMIN) return "RTMIN";
  if (signal > SIGRTMIN && signal <= SIGRTMAX) return fmt::format("RTMIN+{}", signal - SIGRTMIN);
  return fmt::format("{}", signal);
}

std::vector<std::string_view> signal_names() {
  std::vector<std::string_view> names;
  for (Signal signal = 1; signal < SIGRTMIN; ++signal) {
    if (const std::string_view name = abbreviation(signal); !name.empty()) names.push_back(name);
  }
  for (const Alias& each : kAliases) names.push_back(each.name);
  names.emplace_back("RTMIN");
  names.emplace_back("RTMAX");
  return names;
}

}  // namespace oversee::model
