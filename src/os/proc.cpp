// Examines /proc/self.
#include "os/proc.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <vector>

#include "model/mechanism.hpp"
#include "os/descriptor.hpp"
#include "os/kernel_text.hpp"

namespace oversee::os {
namespace {

using model::ProcView;

std::string_view line_of(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; at += word.size()) {
    if (at != 0 && text[at - 1] != '\n') continue;
    const std::string_view rest = text.substr(at + word.size());
    return rest.substr(0, rest.find('\n'));
  }
  return {};
}

// The value of "NAME=" in the list of options that ends the line. Matches whole names: "gid=" does not match "pgid=".
std::string_view option_of(std::string_view line, std::string_view name) {
  std::string_view options = line.substr(line.rfind(' ') + 1);
  while (!options.empty()) {
    const std::size_t end = std::min(options.find(','), options.size());
    const std::string_view option = options.substr(0, end);
    if (option.starts_with(name)) return option.substr(name.size());
    options.remove_prefix(std::min(end + 1, options.size()));
  }
  return {};
}

bool is_number(std::string_view text, std::int64_t expected) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number == expected;
}

// CAP_SYS_PTRACE overrides hidepid.
bool may_see_everybody() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
  return (data[0].effective & (1U << CAP_SYS_PTRACE)) != 0;
}

// With no_new_privs, descendants cannot become another user.
bool has_own_user_only() { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }

std::vector<gid_t> own_groups() {
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  groups.resize(static_cast<std::size_t>(std::max(::getgroups(static_cast<int>(groups.size()), groups.data()), 0)));
  groups.push_back(::getegid());
  return groups;
}

// Process 1 belongs to another user almost everywhere: if it is visible, nothing is hidden. If it belongs to this user,
// the mount options decide.
bool hides_other_users() {
  if (may_see_everybody() || has_own_user_only()) return false;
  struct stat first {};
  std::array<char, 16> buffer;
  if (::stat("/proc/1", &first) != 0 || read_once("/proc/1/stat", buffer).empty()) return true;
  if (first.st_uid != ::geteuid()) return false;
  const auto mountinfo = read_file("/proc/self/mountinfo");
  return !mountinfo || hides_processes(*mountinfo, own_groups());
}

ProcView read_proc_view() {
  if (!model::works(model::Mechanism::proc_is_ours)) return ProcView::all;
  std::array<char, 32> link;
  const ssize_t size = ::readlink("/proc/self", link.data(), link.size());
  if (size < 0) {
    // A /proc without this process belongs to a PID namespace that this process is not in.
    const bool without_us = errno == ENOENT && ::access("/proc/stat", F_OK) == 0;
    return without_us ? ProcView::foreign : ProcView::absent;
  }
  std::array<char, 4096> status;
  const std::string_view seen(link.data(), static_cast<std::size_t>(size));
  const ProcView view = judge_proc(seen, read_once("/proc/self/status", status), ::getpid());
  return view == ProcView::all && hides_other_users() ? ProcView::own_user : view;
}

std::string find_own_executable() {
  constexpr const char* kRunning = "/proc/self/exe";
  if (::access(kRunning, X_OK) == 0) return kRunning;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): getauxval(3) gives addresses as numbers
  const auto* const name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  if (name == nullptr) return kRunning;
  const std::string_view path = name;
  return path.find('/') == std::string_view::npos ? "./" + std::string(path) : std::string(path);
}

}  // namespace

ProcView judge_proc(std::string_view link, std::string_view status, pid_t self) {
  if (!is_number(link, self)) return ProcView::foreign;
  if (status.empty()) return ProcView::absent;
  std::string_view numbers = line_of(status, "NSpid:");
  if (numbers.empty()) return ProcView::all;  // before Linux 4.1
  numbers.remove_prefix(std::min(numbers.find_first_not_of(" \t"), numbers.size()));
  return is_number(numbers, self) ? ProcView::all : ProcView::foreign;
}

// Example: "22 27 0:21 / /proc rw,relatime - proc proc rw,gid=27,hidepid=invisible".
bool hides_processes(std::string_view mountinfo, std::span<const gid_t> groups) {
  bool hides = false;  // from the last mount, which covers earlier ones
  while (!mountinfo.empty()) {
    const std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
    const std::string_view line = mountinfo.substr(0, end);
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    const std::size_t kind = line.find(" - proc ");
    if (kind == std::string_view::npos || line.substr(0, kind).find(" /proc ") == std::string_view::npos) continue;
    const std::string_view level = option_of(line.substr(kind), "hidepid=");
    const std::string_view group = option_of(line.substr(kind), "gid=");
    const bool exempt =
        std::ranges::any_of(groups, [&](gid_t each) { return is_number(group.empty() ? "0" : group, each); });
    const bool nobody_is_exempt = level == "4" || level == "ptraceable";
    hides = !level.empty() && level != "0" && level != "off" && (nobody_is_exempt || !exempt);
  }
  return hides;
}

ProcView proc_view() {
  static const ProcView view = read_proc_view();
  return view;
}

std::string proc_path(pid_t pid, std::string_view file) {
  if (!proc_is_ours()) return {};
  return fmt::format("/proc/{}/{}", pid, file);
}

const std::string& own_executable() {
  static const std::string path = find_own_executable();
  return path;
}

}  // namespace oversee::os
