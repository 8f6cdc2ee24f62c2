// Reads /proc/PID/fd.
#include "os/open_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

#include "os/proc.hpp"

namespace oversee::os {
namespace {

// A process may have a million descriptors; inspecting more than this costs more than the answer is worth.
constexpr int kMostDescriptors = 4096;

FileIdentity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

// The inode in "pipe:[4711]"; 0 for any other link.
std::uint64_t inode_in(std::string_view link) {
  std::uint64_t inode = 0;
  const std::size_t bracket = link.find(":[");
  if (bracket == std::string_view::npos) return 0;
  link.remove_prefix(bracket + 2);
  std::from_chars(link.data(), link.data() + link.size(), inode);
  return inode;
}

// Identifies the file behind an entry of /proc/PID/fd if it is a pipe, a socket or a terminal, as our streams are. Does
// not access other files, because a dead file server would never respond.
FileIdentity stream_of(int directory, const char* entry, const FileIdentity& like) {
  std::array<char, 64> buffer{};
  const ssize_t size = ::readlinkat(directory, entry, buffer.data(), buffer.size());
  if (size <= 0) return {};
  const std::string_view link(buffer.data(), static_cast<std::size_t>(size));
  if (const std::uint64_t inode = inode_in(link); inode != 0) return {like.device, inode};
  struct stat status {};
  if (!link.starts_with("/dev/") || ::fstatat(directory, entry, &status, 0) != 0) return {};
  return S_ISCHR(status.st_mode) ? identity_of(status) : FileIdentity{};
}

}  // namespace

FileIdentity identify(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? identity_of(status) : FileIdentity{};
}

model::HeldStreams streams_held_by(pid_t pid, const FileIdentity& out, const FileIdentity& err) {
  model::HeldStreams held;
  DIR* directory = ::opendir(proc_path(pid, "fd").c_str());
  if (directory == nullptr) return held;
  held.known = true;
  int looks = 0;
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    if (++looks > kMostDescriptors || (held.out && held.err)) break;
    held.out |= out.inode != 0 && stream_of(::dirfd(directory), entry->d_name, out) == out;
    held.err |= err.inode != 0 && stream_of(::dirfd(directory), entry->d_name, err) == err;
  }
  ::closedir(directory);
  return held;
}

}  // namespace oversee::os
