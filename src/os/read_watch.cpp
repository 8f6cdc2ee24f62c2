// Detects reads by inotify(7).
#include "os/read_watch.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oversee::os {
namespace {

UniqueFd watch_reads(int fd) {
  UniqueFd events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  if (events && ::inotify_add_watch(events.get(), path.c_str(), IN_ACCESS) < 0) events.reset();
  return events;
}

bool happened(int events) {
  char buffer[4096];
  return ::read(events, buffer, sizeof buffer) > 0;
}

bool is_socket(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

// Whether this kernel reports reads of such files at all; tested on a pipe or socket pair of our own.
bool kernel_tells(bool of_sockets) {
  UniqueFd reader;
  UniqueFd writer;
  if (of_sockets) {
    auto pair = make_socket_pair();
    if (!pair) return false;
    reader = std::move((*pair)[0]);
    writer = std::move((*pair)[1]);
  } else {
    auto pipe = make_pipe();
    if (!pipe) return false;
    reader = std::move(pipe->reader);
    writer = std::move(pipe->writer);
  }
  const UniqueFd events = watch_reads(reader.get());
  char byte = 'x';
  if (!events || ::write(writer.get(), &byte, 1) != 1 || happened(events.get())) return false;
  return ::read(reader.get(), &byte, 1) == 1 && happened(events.get());
}

}  // namespace

ReadWatch::ReadWatch(int fd) : watched_(fd), waiting_(readable_bytes(fd)) {
  if (kernel_tells(is_socket(fd))) events_ = watch_reads(fd);
}

bool ReadWatch::may_have_been_read() {
  read_ = read_ || !events_ || happened(events_.get()) || readable_bytes(watched_) < waiting_;
  return read_;
}

}  // namespace oversee::os
