// Reads /proc/PID/fd.
#include "os/open_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "os/proc.hpp"

namespace oversee::os {
namespace {

// A process may have a million descriptors; inspecting more than this costs more than the answer is worth.
constexpr int kMostDescriptors = 4096;

FileIdentity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

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
    struct stat status {};
    if (::fstatat(::dirfd(directory), entry->d_name, &status, 0) != 0) continue;
    held.out |= out.inode != 0 && identity_of(status) == out;
    held.err |= err.inode != 0 && identity_of(status) == err;
  }
  ::closedir(directory);
  return held;
}

}  // namespace oversee::os
