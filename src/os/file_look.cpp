// Reads /proc/PID/fd and /proc/PID/net/tcp.
#include "os/file_look.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "os/descriptor.hpp"
#include "os/proc.hpp"

namespace oversee::os {
namespace {

constexpr std::size_t kShown = 8;
constexpr int kLookedAt = 64;
constexpr int kCounted = 4096;

// Bytes read of a list of connections: about ten thousand lines. Later connections are shown without an address.
constexpr std::size_t kMostOfAList = 1024 * 1024;

std::string link_target(const std::string& path) {
  std::array<char, 4096> buffer{};
  const ssize_t size = ::readlink(path.c_str(), buffer.data(), buffer.size());
  return size < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
}

model::FileKind kind_of(std::string_view target) {
  using model::FileKind;
  if (target.starts_with("pipe:[")) return FileKind::pipe;
  if (target.starts_with("socket:[")) return FileKind::socket;
  if (target.starts_with("/dev/pts/") || target.starts_with("/dev/tty")) return FileKind::terminal;
  return target.starts_with('/') ? FileKind::file : FileKind::other;
}

std::uint64_t inode_of(std::string_view target) {  // "socket:[4711]"
  std::uint64_t inode = 0;
  const std::string_view digits = target.substr(target.find('[') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), inode);
  return inode;
}

std::string read_at_most(const std::string& path, std::size_t most) {
  std::string text;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  while (file && text.size() < most) {
    std::array<char, 16384> buffer;
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

// The first ten words of a line.
std::array<std::string_view, 10> words_of(std::string_view line) {
  std::array<std::string_view, 10> words;
  for (std::string_view& word : words) {
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ')));
    word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
  }
  return words;
}

}  // namespace

std::string parse_socket_address(std::string_view hex) {
  const std::size_t colon = hex.find(':');
  const std::string_view address = hex.substr(0, colon);
  std::array<std::uint32_t, 4> parts{};  // each in host byte order, as the kernel prints it
  const std::size_t count = address.size() / 8;
  if (colon == std::string_view::npos || (count != 1 && count != 4) || address.size() % 8 != 0) return {};
  for (std::size_t i = 0; i < count; ++i) {
    std::from_chars(address.data() + i * 8, address.data() + (i + 1) * 8, parts.at(i), 16);
  }
  unsigned port = 0;
  std::from_chars(hex.data() + colon + 1, hex.data() + hex.size(), port, 16);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (count == 1) {
    ::inet_ntop(AF_INET, parts.data(), text.data(), text.size());
    return fmt::format("{}:{}", text.data(), port);
  }
  ::inet_ntop(AF_INET6, parts.data(), text.data(), text.size());
  constexpr std::string_view kMapped = "::ffff:";
  const std::string_view shown = text.data();
  const bool mapped = shown.starts_with(kMapped) && shown.find('.') != std::string_view::npos;
  return mapped ? fmt::format("{}:{}", shown.substr(kMapped.size()), port) : fmt::format("[{}]:{}", shown, port);
}

OpenFiles FileLook::files_of(pid_t pid) {
  OpenFiles files;
  const std::string path = proc_path(pid, "fd");
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return files;
  files.known = true;
  // Since Linux 6.2 the directory's size is the number of descriptors. On older kernels they are counted, up to
  // kCounted.
  struct stat status {};
  const bool sized = ::fstat(::dirfd(directory), &status) == 0 && status.st_size > 0;
  while (const dirent* entry = ::readdir(directory)) {
    int number = -1;
    const std::string_view name = entry->d_name;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec != std::errc{}) continue;
    ++files.count;
    if (files.count <= kLookedAt) {
      model::OpenFile file = file_of(pid, number);
      using model::FileKind;
      if (file.kind == FileKind::socket || file.kind == FileKind::connection || file.kind == FileKind::listener) {
        ++files.sockets;
      }
      if (files.first.size() < kShown) files.first.push_back(std::move(file));
    }
    if (files.count >= (sized ? kLookedAt : kCounted)) break;
  }
  ::closedir(directory);
  if (sized) files.count = static_cast<int>(status.st_size);
  return files;
}

model::OpenFile FileLook::file_of(pid_t pid, int number) {
  model::OpenFile file{.number = number, .target = link_target(proc_path(pid, fmt::format("fd/{}", number)))};
  file.kind = kind_of(file.target);
  if (file.kind != model::FileKind::socket) return file;
  const Peers& peers = peers_of(pid);
  if (const auto found = peers.find(inode_of(file.target)); found != peers.end()) {
    file.kind = found->second.kind;
    file.target = found->second.address;
  }
  return file;
}

const FileLook::Peers& FileLook::peers_of(pid_t pid) {
  const auto [entry, is_new] = networks_.try_emplace(link_target(proc_path(pid, "ns/net")));
  if (is_new) {
    for (const char* list : {"tcp", "tcp6"}) read_peers(proc_path(pid, fmt::format("net/{}", list)), entry->second);
  }
  return entry->second;
}

// Line format (proc(5)): "  0: LOCAL:PORT REMOTE:PORT STATE QUEUES TIMER RETRANSMITS UID TIMEOUT INODE …".
void FileLook::read_peers(const std::string& path, Peers& peers) {
  constexpr std::string_view kListening = "0A";
  const std::string text = read_at_most(path, kMostOfAList);
  std::string_view rest = text;
  // Skips an incomplete last line.
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const auto words = words_of(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    std::uint64_t inode = 0;
    std::from_chars(words[9].data(), words[9].data() + words[9].size(), inode);
    if (inode == 0) continue;  // the heading, or a connection without an open socket
    if (words[3] == kListening) {
      peers[inode] = {model::FileKind::listener, parse_socket_address(words[1])};
    } else {
      peers[inode] = {model::FileKind::connection, parse_socket_address(words[2])};
    }
  }
}

}  // namespace oversee::os
