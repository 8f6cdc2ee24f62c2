// File descriptors: ownership, pipes, whole writes. Every descriptor made here is CLOEXEC unless it says otherwise.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "model/duration.hpp"
#include "model/failure.hpp"

namespace oversee::os {

// Owns one descriptor, or none (-1).
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

// /dev/null; where it cannot be opened, as in a chroot without /dev, a descriptor that fails every read and write with
// EBADF, as a closed one does, but keeps its number taken. Async-signal-safe. The flags are open(2)'s.
int open_nothing(int flags) noexcept;

// Whether it is such a descriptor without /dev/null.
bool is_stand_in(int fd);

// An input that is at its end: /dev/null, or the reader of a pipe without a writer.
UniqueFd open_empty_input();

// Opens nothing on those of 0–2 that are closed, so that no file of ours ever gets such a number.
void open_closed_standard_streams();

model::Result<Pipe> make_pipe();

// A connected pair of stream sockets.
model::Result<std::array<UniqueFd, 2>> make_socket_pair();

// A second descriptor of the same description, numbered 3 or more; far from the numbers that a caller names, where it
// is `aside`.
model::Result<UniqueFd> duplicate(int fd, bool aside = false);

// What an exec does with the descriptor from now on.
void keep_over_exec(int fd, bool keep);

// Writes all of it, over short writes and EINTR; false with errno set where it cannot.
bool write_fully(int fd, std::string_view bytes);

// The same, and waits for room where the descriptor's description is non-blocking, which may be another's doing.
bool write_patiently(int fd, std::string_view bytes);

// The same, and gives up with ETIMEDOUT once there was no room for `patience`.
bool write_in_time(int fd, std::string_view bytes, model::Duration patience);

// Closes it; false with errno set where what was written is not kept (close(2)).
bool close_checked(UniqueFd file);

// Whether a small write would find room within the bound; looks, and changes no flag.
bool wait_writable(int fd, model::Duration bound);

// Whether a write to it can wait for somebody else: a terminal, pipe or socket can, a regular file or /dev/null cannot.
bool can_block(int fd);

// Whether it is a pipe or a socket: somebody else is at its other end.
bool is_channel(int fd);

// Whether both are one file: the same terminal, pipe or file behind two numbers.
bool same_file(int one, int other);

// Bytes that can be read from a pipe right now.
std::size_t readable_bytes(int fd);

// The whole of a small file such as those in /proc.
model::Result<std::string> read_file(const std::string& path);

// What is left to be read of an open one; the path is for the failure.
model::Result<std::string> read_all(int fd, const std::string& path);

}  // namespace oversee::os
