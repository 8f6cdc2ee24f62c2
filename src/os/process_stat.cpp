// Parses a line of /proc/PID/stat.
#include "os/process_stat.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>

#include "os/kernel_text.hpp"

namespace oversee::os {
namespace {

constexpr std::uint64_t kExiting = 0x4;  // PF_EXITING, in the field of flags

// The number of fields, counted from the third, that every kernel provides.
constexpr std::size_t kNeededFields = 22;

model::Duration from_ticks(std::uint64_t ticks) {
  static const auto per_second = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  return std::chrono::nanoseconds(ticks * (1'000'000'000 / per_second));
}

std::uint64_t from_pages(std::uint64_t pages) {
  static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return pages * size;
}

}  // namespace

// The second field is a name in brackets that may itself contain brackets and blanks.
std::optional<ProcessStat> parse_process_stat(std::string_view line) {
  const std::size_t open = line.find('(');
  const std::size_t close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  std::string_view rest = line.substr(close + 1);
  std::array<std::string_view, 29> fields;  // starting with the third
  for (std::string_view& field : fields) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    field = rest.substr(0, rest.find(' '));
    rest.remove_prefix(field.size());
  }
  if (fields[0].size() != 1 || fields[kNeededFields - 1].empty()) return {};
  const auto number = [&](std::size_t field) {
    std::uint64_t value = 0;
    const std::string_view text = fields.at(field - 3);
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  ProcessStat stat;
  stat.name = line.substr(open + 1, close - open - 1);
  stat.state = fields[0].front();
  stat.parent = static_cast<pid_t>(number(4));
  stat.group = static_cast<pid_t>(number(5));
  stat.foreground = fields.at(8 - 3) == "-1" ? -1 : static_cast<pid_t>(number(8));
  stat.exiting = (number(9) & kExiting) != 0;
  stat.cpu = from_ticks(number(14) + number(15));
  stat.waited_cpu = from_ticks(number(16) + number(17));
  stat.threads = static_cast<int>(number(20));
  stat.born = from_ticks(number(22));
  stat.kill_pending = ((number(31) >> (SIGKILL - 1)) & 1) != 0;
  stat.rss_bytes = from_pages(number(24));
  return stat;
}

std::optional<ProcessStat> process_stat(pid_t pid) {
  std::array<char, 1024> buffer;
  return parse_process_stat(read_once(pid, "stat", buffer));
}

}  // namespace oversee::os
