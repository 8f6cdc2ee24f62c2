// Writes to files and follows their rotation.
#include "os/file_sink.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "os/file.hpp"

namespace oversee::os {

FileSink::FileSink(UniqueFd file, std::string path, std::string head)
    : owned_(std::move(file)), fd_(owned_.get()), head_(std::move(head)) {
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) return;
  path_ = std::move(path);
  device_ = status.st_dev;
  inode_ = status.st_ino;
  size_ = static_cast<std::uint64_t>(status.st_size);
}

bool FileSink::write(std::string_view bytes) {
  if (failed_ || fd_ < 0) return true;
  if (!path_.empty()) look_at_name();
  if (write_fully(fd_, bytes)) {
    size_ += bytes.size();
  } else {
    failed(errno);
  }
  return true;
}

// Checks before each write, so that every line after a rotation goes to the new file.
void FileSink::look_at_name() {
  struct stat status {};
  const bool named = ::stat(path_.c_str(), &status) == 0;
  if (named && status.st_dev == device_ && status.st_ino == inode_) {
    const bool emptied = static_cast<std::uint64_t>(status.st_size) < size_;
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (emptied && write_fully(fd_, head_)) size_ += head_.size();
    return;
  }
  if (named ? S_ISREG(status.st_mode) : errno == ENOENT) open_by_name();
}

// If that fails, the sink continues with the file that is open.
void FileSink::open_by_name() {
  UniqueFd next(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW,
                       kPrivateMode));
  struct stat status {};
  if (!next || ::fstat(next.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  struct stat before {};
  if (status.st_size == 0 && ::fstat(fd_, &before) == 0) {
    (void)!::fchown(next.get(), before.st_uid, before.st_gid);
    (void)::fchmod(next.get(), before.st_mode & 0777U);
  }
  lock_for_writing(next.get());
  device_ = status.st_dev;
  inode_ = status.st_ino;
  size_ = static_cast<std::uint64_t>(status.st_size);
  if (write_fully(next.get(), head_)) size_ += head_.size();
  owned_ = std::move(next);
  fd_ = owned_.get();
}

void FileSink::clear() {
  if (failed_ || fd_ < 0 || path_.empty()) return;
  while (::ftruncate(fd_, 0) != 0) {
    if (errno != EINTR) return failed(errno);
  }
  size_ = 0;
}

void FileSink::close() {
  if (!owned_) return;
  fd_ = -1;
  if (!close_checked(std::move(owned_))) failed(errno);
}

void FileSink::failed(int error) {
  if (std::exchange(failed_, true)) return;
  if (on_error) on_error(error);
}

}  // namespace oversee::os
