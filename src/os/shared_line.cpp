// Peeks before reading: a file by its position, a pipe by tee(2), a socket by MSG_PEEK.
#include "os/shared_line.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "os/descriptor.hpp"
#include "os/readiness.hpp"

namespace oversee::os {
namespace {

// Copies the next bytes without consuming them; -1 if the file cannot be peeked at.
ssize_t peek(int fd, mode_t mode, std::span<char> buffer) {
  if (S_ISSOCK(mode)) return ::recv(fd, buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
  if (S_ISFIFO(mode)) {
    const auto copy = make_pipe();
    if (!copy) return -1;
    const ssize_t count = ::tee(fd, copy->writer.get(), buffer.size(), SPLICE_F_NONBLOCK);
    return count <= 0 ? count : ::read(copy->reader.get(), buffer.data(), static_cast<std::size_t>(count));
  }
  const off_t place = ::lseek(fd, 0, SEEK_CUR);
  return place < 0 ? -1 : ::pread(fd, buffer.data(), buffer.size(), place);
}

ssize_t read_byte_by_byte(int fd, std::span<char> buffer) {
  std::size_t size = 0;
  while (size < buffer.size() && (size == 0 || (buffer[size - 1] != '\n' && readable_now(fd)))) {
    const ssize_t count = ::read(fd, &buffer[size], 1);
    if (count <= 0) return size > 0 ? static_cast<ssize_t>(size) : count;
    ++size;
  }
  return static_cast<ssize_t>(size);
}

}  // namespace

ssize_t read_shared_line(int fd, std::span<char> buffer) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return -1;
  if (S_ISCHR(status.st_mode)) return ::read(fd, buffer.data(), buffer.size());  // endless, or line by line
  const ssize_t there = peek(fd, status.st_mode, buffer);
  if (there == 0) return ::read(fd, buffer.data(), 1);
  if (there < 0) return read_byte_by_byte(fd, buffer);
  const auto seen = buffer.first(static_cast<std::size_t>(there));
  const auto end = std::ranges::find(seen, '\n');
  const auto size = static_cast<std::size_t>(end - seen.begin()) + (end == seen.end() ? 0 : 1);
  return ::read(fd, buffer.data(), size);
}

std::size_t peek_shared_lines(int fd, std::span<char> buffer) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || S_ISCHR(status.st_mode)) return 0;
  const ssize_t there = peek(fd, status.st_mode, buffer);
  if (there <= 0) return 0;
  const std::size_t last = std::string_view(buffer.data(), static_cast<std::size_t>(there)).rfind('\n');
  return last == std::string_view::npos ? 0 : last + 1;
}

void take_shared(int fd, std::size_t size) {
  std::array<char, 4096> taken;
  while (size > 0 && readable_now(fd)) {
    const ssize_t count = ::read(fd, taken.data(), std::min(size, taken.size()));
    if (count <= 0) return;
    size -= static_cast<std::size_t>(count);
  }
}

}  // namespace oversee::os
