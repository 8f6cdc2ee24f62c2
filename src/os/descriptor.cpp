// Thin wrappers around system calls on file descriptors.
#include "os/descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace oversee::os {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

int open_nothing(int flags) noexcept {
  const int null = ::open("/dev/null", flags);
  return null >= 0 ? null : ::open("/", O_PATH | (flags & O_CLOEXEC));
}

bool is_stand_in(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_PATH) != 0;
}

UniqueFd open_empty_input() {
  UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (null) return null;
  auto pipe = make_pipe();
  return pipe ? std::move(pipe->reader) : UniqueFd();
}

void open_closed_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // open(2) returns the lowest free number. All lower ones are open, so it is this one.
    (void)open_nothing(O_RDWR);
  }
}

model::Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(model::Failure{"make a pipe", errno, {}, {}});
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

model::Result<std::array<UniqueFd, 2>> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return std::unexpected(model::Failure{"make a socket pair", errno, {}, {}});
  }
  return std::array{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

model::Result<UniqueFd> duplicate(int fd, bool aside) {
  constexpr int kAside = 100;
  int copy = aside ? ::fcntl(fd, F_DUPFD_CLOEXEC, kAside) : -1;
  if (copy < 0) copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return std::unexpected(model::Failure{"duplicate a descriptor", errno, {}, {}});
  return UniqueFd(copy);
}

void keep_over_exec(int fd, bool keep) { (void)::fcntl(fd, F_SETFD, keep ? 0 : FD_CLOEXEC); }

bool write_fully(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool write_patiently(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd writable{fd, POLLOUT, 0};
      (void)::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool write_in_time(int fd, std::string_view bytes, model::Duration patience) {
  constexpr std::size_t kSmall = 4096;  // a pipe that polls writable has room for this much (pipe(7))
  while (!bytes.empty()) {
    if (!wait_writable(fd, patience)) {
      errno = ETIMEDOUT;
      return false;
    }
    const ssize_t written = ::write(fd, bytes.data(), std::min(bytes.size(), kSmall));
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      return false;
    }
  }
  return true;
}

bool close_checked(UniqueFd file) {
  // close(2) releases the descriptor even if it fails with EINTR.
  return ::close(file.release()) == 0 || errno == EINTR;
}

bool wait_writable(int fd, model::Duration bound) {
  pollfd writable{fd, POLLOUT, 0};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(bound).count();
  return ::poll(&writable, 1, static_cast<int>(ms)) > 0;
}

bool can_block(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return false;
  if (S_ISREG(status.st_mode) || is_stand_in(fd)) return false;
  // Linux: the memory devices (null, zero, full) have major number 1 and never wait.
  const bool memory_device = S_ISCHR(status.st_mode) && major(status.st_rdev) == 1;
  return !memory_device;
}

bool is_channel(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

bool same_file(int one, int other) {
  struct stat first {};
  struct stat second {};
  if (::fstat(one, &first) != 0 || ::fstat(other, &second) != 0) return false;
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

std::size_t readable_bytes(int fd) {
  int count = 0;
  if (::ioctl(fd, FIONREAD, &count) != 0 || count < 0) return 0;
  return static_cast<std::size_t>(count);
}

model::Result<std::string> read_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::unexpected(model::Failure{"read", errno, path, {}});
  return read_all(file.get(), path);
}

model::Result<std::string> read_all(int fd, const std::string& path) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(model::Failure{"read", errno, path, {}});
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

}  // namespace oversee::os
