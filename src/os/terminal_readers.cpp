// Inspects the system calls that threads are blocked in.
#include "os/terminal_readers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "os/kernel_text.hpp"
#include "os/proc.hpp"
#include "os/process_stat.hpp"
#include "os/process_tree.hpp"

namespace oversee::os {
namespace {

// Only the first descriptors of one poll or select are inspected.
constexpr std::size_t kMostPolled = 1024;

// One line of /proc/PID/task/TID/syscall: "0 0x0 0x7ffc... 0x1000 0x0 0x0 0x0 SP PC".
struct BlockedCall {
  long number = -1;
  std::array<std::uint64_t, 6> arguments{};
  std::uint64_t stack = 0;
};

// False if the thread runs or is blocked outside a system call.
bool parse_call(std::string_view line, BlockedCall& call) {
  std::array<std::uint64_t, 8> fields{};
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return false;
  if (std::from_chars(line.data(), line.data() + space, call.number).ec != std::errc{} || call.number < 0) return false;
  line.remove_prefix(space + 1);
  for (std::uint64_t& field : fields) {
    if (line.starts_with("0x")) line.remove_prefix(2);
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), field, 16);
    if (error != std::errc{}) return false;
    line.remove_prefix(std::min(line.size(), static_cast<std::size_t>(end - line.data()) + 1));
  }
  std::copy_n(fields.begin(), call.arguments.size(), call.arguments.begin());
  call.stack = fields[6];
  return true;
}

bool read_memory(pid_t pid, std::uint64_t address, void* to, std::size_t size) {
  iovec local{to, size};
  iovec remote{reinterpret_cast<void*>(address), size};  // NOLINT(performance-no-int-to-ptr): another's address
  return ::process_vm_readv(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

std::vector<pid_t> threads_of(pid_t pid) {
  std::vector<pid_t> threads;
  const std::string path = proc_path(pid, "task");
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    pid_t thread = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), thread);
    if (read.ec == std::errc{} && thread > 0) threads.push_back(thread);
  }
  return threads;
}

Waiting worse(Waiting one, Waiting other) {
  if (one == Waiting::yes || other == Waiting::yes) return Waiting::yes;
  return one == Waiting::unknown ? one : other;
}

}  // namespace

Waiting TerminalReaders::look() {
  if (!proc_is_ours()) return Waiting::unknown;
  if (last_.first != 0 && look_at(last_.first, last_.second) == Waiting::yes) return Waiting::yes;
  last_ = {0, 0};
  const auto tree = list_descendants(root_);
  Waiting found = tree.empty() ? Waiting::unknown : Waiting::no;
  for (const Descendant& each : tree) {
    found = worse(found, look_at(each.pid));
    if (found == Waiting::yes) break;
  }
  return found;
}

Waiting TerminalReaders::look_at(pid_t pid) {
  const auto stat = process_stat(pid);
  if (!stat || stat->state == 'Z' || stat->state == 'T' || (stat->foreground > 0 && stat->group != stat->foreground)) {
    return Waiting::no;
  }
  if (stat->threads == 1) {
    const Waiting found = stat->state == 'S' ? look_at(pid, pid) : Waiting::no;
    if (found == Waiting::yes) last_ = {pid, pid};
    return found;
  }
  Waiting found = Waiting::no;
  for (const pid_t thread : threads_of(pid)) {
    found = worse(found, look_at(pid, thread));
    if (found != Waiting::yes) continue;
    last_ = {pid, thread};
    break;
  }
  return found;
}

Waiting TerminalReaders::look_at(pid_t pid, pid_t thread) const {
  std::array<char, 512> buffer;
  const std::string path = proc_path(pid, fmt::format("task/{}/syscall", thread));
  const std::string_view line = read_once(path.c_str(), buffer);
  if (line.empty()) return ::access(proc_path(pid, "stat").c_str(), F_OK) == 0 ? Waiting::unknown : Waiting::no;
  BlockedCall call;
  if (!parse_call(line, call)) return Waiting::no;
  // 32-bit programs use other system call numbers.
  if constexpr (sizeof(void*) == 8) {
    if (call.stack < (1ULL << 32U)) return Waiting::unknown;
  }
  const auto& arguments = call.arguments;
  switch (call.number) {
    case SYS_read:
    case SYS_readv:
    case SYS_pread64:
    case SYS_preadv:
    case SYS_preadv2: return in_read(pid, arguments[0]);
    case SYS_ppoll: return in_poll(pid, arguments[0], arguments[1]);
    case SYS_pselect6: return in_select(pid, arguments[0], arguments[1]);
    case SYS_epoll_pwait:
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2:
#endif
      return in_epoll(pid, arguments[0]);
#ifdef SYS_poll
    case SYS_poll: return in_poll(pid, arguments[0], arguments[1]);
#endif
#ifdef SYS_select
    case SYS_select: return in_select(pid, arguments[0], arguments[1]);
#endif
#ifdef SYS_epoll_wait
    case SYS_epoll_wait: return in_epoll(pid, arguments[0]);
#endif
#ifdef SYS_io_uring_enter
    case SYS_io_uring_enter: return Waiting::unknown;
#endif
    default: return Waiting::no;
  }
}

Waiting TerminalReaders::in_read(pid_t pid, std::uint64_t fd) const {
  const std::string entry = proc_path(pid, fmt::format("fd/{}", fd));
  std::array<char, 256> link{};
  const ssize_t size = ::readlink(entry.c_str(), link.data(), link.size());
  if (size < 0) return errno == ENOENT ? Waiting::no : Waiting::unknown;
  // No other file is asked for: a dead file server would never answer.
  if (!std::string_view(link.data(), static_cast<std::size_t>(size)).starts_with("/dev/")) return Waiting::no;
  struct stat status {};
  if (::stat(entry.c_str(), &status) != 0) return errno == ENOENT ? Waiting::no : Waiting::unknown;
  if (!S_ISCHR(status.st_mode)) return Waiting::no;
  constexpr unsigned kOwnTerminal = 5;  // /dev/tty, 5:0
  const bool own = major(status.st_rdev) == kOwnTerminal && minor(status.st_rdev) == 0;
  return own || status.st_rdev == terminal_ ? Waiting::yes : Waiting::no;
}

Waiting TerminalReaders::in_poll(pid_t pid, std::uint64_t list, std::uint64_t size) const {
  std::vector<pollfd> polled(std::min<std::size_t>(size, kMostPolled));
  if (polled.empty()) return Waiting::no;
  if (!read_memory(pid, list, polled.data(), polled.size() * sizeof(pollfd))) return Waiting::unknown;
  Waiting found = Waiting::no;
  for (const pollfd& each : polled) {
    if (each.fd < 0 || (each.events & (POLLIN | POLLRDNORM)) == 0) continue;
    found = worse(found, in_read(pid, static_cast<std::uint64_t>(each.fd)));
  }
  return found;
}

Waiting TerminalReaders::in_select(pid_t pid, std::uint64_t size, std::uint64_t set) const {
  constexpr std::size_t kBits = 8 * sizeof(unsigned long);
  const std::size_t count = std::min<std::size_t>(size, kMostPolled);
  std::vector<unsigned long> bits((count + kBits - 1) / kBits);
  if (bits.empty() || set == 0) return Waiting::no;
  if (!read_memory(pid, set, bits.data(), bits.size() * sizeof(unsigned long))) return Waiting::unknown;
  Waiting found = Waiting::no;
  for (std::size_t fd = 0; fd < count; ++fd) {
    if ((bits[fd / kBits] >> (fd % kBits) & 1U) != 0) found = worse(found, in_read(pid, fd));
  }
  return found;
}

// One line per watched file: "tfd:        0 events:       19 data: ..." (proc_pid_fdinfo(5)).
Waiting TerminalReaders::in_epoll(pid_t pid, std::uint64_t epoll) const {
  std::array<char, 4096> buffer;
  const std::string path = proc_path(pid, fmt::format("fdinfo/{}", epoll));
  std::string_view text = read_once(path.c_str(), buffer);
  if (text.empty()) return Waiting::unknown;
  Waiting found = Waiting::no;
  constexpr std::string_view kFile = "tfd:";
  constexpr std::string_view kEvents = "events:";
  for (std::size_t at = text.find(kFile); at != std::string_view::npos; at = text.find(kFile)) {
    text.remove_prefix(at);
    const auto fd = number_behind(text, kFile);
    const std::size_t events = text.find(kEvents);
    text.remove_prefix(kFile.size());
    if (!fd || events == std::string_view::npos) continue;
    std::string_view mask = text.substr(std::min(text.size(), events - kFile.size() + kEvents.size()));
    mask.remove_prefix(std::min(mask.size(), mask.find_first_not_of(' ')));
    unsigned value = 0;
    std::from_chars(mask.data(), mask.data() + mask.size(), value, 16);
    if ((value & POLLIN) != 0) found = worse(found, in_read(pid, *fd));
  }
  return found;
}

}  // namespace oversee::os
