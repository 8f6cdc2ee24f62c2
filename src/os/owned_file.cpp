// Reads a file and its ownership through one description, so that both belong to the same file.
#include "os/owned_file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "os/descriptor.hpp"

namespace oversee::os {
namespace {

constexpr const char* kStage = "read the settings file";

bool is_foreign(const struct stat& file) { return file.st_uid != ::geteuid() && file.st_uid != 0; }

// With one private group per user, files are group-writable (umask 002), but the group has only that user as member.
// Such a group has the same number as the user.
bool others_can_write(const struct stat& file) {
  if ((file.st_mode & S_IWOTH) != 0) return true;
  return (file.st_mode & S_IWGRP) != 0 && file.st_gid != file.st_uid && file.st_gid != 0;
}

}  // namespace

model::Result<std::optional<OwnedText>> read_owned_file(const std::string& path, std::size_t limit) {
  const auto failed = [&](int error, std::string remedy = {}) {
    return std::unexpected(model::Failure{kStage, error, path, std::move(remedy)});
  };
  struct stat link {};
  if (::lstat(path.c_str(), &link) < 0) {
    // A directory above that may not be searched hides the file from this process and from the command alike.
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) return std::optional<OwnedText>();
    return failed(errno);
  }
  // O_NONBLOCK: opening a FIFO must not hang.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return failed(errno);
  struct stat status {};
  if (::fstat(file.get(), &status) < 0) return failed(errno);
  if (!S_ISREG(status.st_mode)) return failed(S_ISDIR(status.st_mode) ? EISDIR : EINVAL, "it must be a plain file");
  OwnedText owned;
  if (is_foreign(status)) owned.foreign_owner = status.st_uid;
  if (S_ISLNK(link.st_mode) && is_foreign(link)) owned.foreign_owner = link.st_uid;
  owned.others_can_write = others_can_write(status);
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    if (count == 0) return owned;
    owned.text.append(buffer, static_cast<std::size_t>(count));
    if (owned.text.size() > limit) return failed(EFBIG);
  }
}

// RESOLVE_CACHED (Linux 5.12) fails with EAGAIN if the name is not in the kernel's cache.
bool is_surely_absent(const std::string& path) {
#ifdef RESOLVE_CACHED
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_CACHED;
  const UniqueFd file(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
  return !file && (errno == ENOENT || errno == ENOTDIR);
#else
  (void)path;
  return false;
#endif
}

}  // namespace oversee::os
