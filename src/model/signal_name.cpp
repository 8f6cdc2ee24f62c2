// Parses and formats signals.
#include "model/signal_name.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <csignal>
#include <optional>

namespace oversee::model {
namespace {

struct Named {
  std::string_view name;
  Signal number;
};

// An alias must come after the name that signal_name() prints.
constexpr std::array<Named, 34> kSignals{{
    {"HUP", SIGHUP},       {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT},     {"BUS", SIGBUS},     {"FPE", SIGFPE},   {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV},     {"USR2", SIGUSR2},   {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
#ifdef SIGSTKFLT
    {"STKFLT", SIGSTKFLT},
#else
    {"TERM", SIGTERM},
#endif
    {"CHLD", SIGCHLD},     {"CONT", SIGCONT},   {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU},     {"URG", SIGURG},     {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM},
    {"PROF", SIGPROF},     {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"PWR", SIGPWR},   {"SYS", SIGSYS},
    {"IOT", SIGABRT},      {"CLD", SIGCHLD},    {"POLL", SIGIO},
}};

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
  for (const Named& each : kSignals) {
    if (each.name == name) return each.number;
  }
  if (const auto signal = real_time_signal(name)) return *signal;
  return refuse_value(text, kAllowedSignal);
}

std::string signal_name(Signal signal) {
  for (const Named& each : kSignals) {
    if (each.number == signal) return std::string(each.name);
  }
  if (signal == SIGRTMIN) return "RTMIN";
  if (signal > SIGRTMIN && signal <= SIGRTMAX) return fmt::format("RTMIN+{}", signal - SIGRTMIN);
  return fmt::format("{}", signal);
}

std::vector<std::string_view> signal_names() {
  std::vector<std::string_view> names;
  for (const Named& each : kSignals) {
    if (names.empty() || names.back() != each.name) names.push_back(each.name);
  }
  names.emplace_back("RTMIN");
  names.emplace_back("RTMAX");
  return names;
}

}  // namespace oversee::model
