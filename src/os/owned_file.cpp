// Reads a file and its owners by one description, so that both are of the same file.
#include "os/owned_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "os/descriptor.hpp"

namespace oversee::os {
namespace {

constexpr const char* kStage = "read the settings file";

bool is_foreign(const struct stat& file) { return file.st_uid != ::geteuid() && file.st_uid != 0; }

// Where each user has a group of their own, files are made for it to write (umask 002), and the group's number is the
// user's: nobody else is in it.
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
    // A directory above that may not be searched hides what is in there from us as from anybody we run.
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) return std::optional<OwnedText>();
    return failed(errno);
  }
  // A pipe in its place would hang us.
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

}  // namespace oversee::os
