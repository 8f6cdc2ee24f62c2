// Watches a file by inotify.
#include "os/file_watch.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oversee::os {

FileWatch::FileWatch(int file) : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!fd_) return;
  const std::string path = fmt::format("/proc/self/fd/{}", file);
  if (::inotify_add_watch(fd_.get(), path.c_str(), IN_ATTRIB | IN_CLOSE_WRITE) < 0) fd_.reset();
}

void FileWatch::drain() {
  char events[4096];
  while (::read(fd_.get(), events, sizeof events) > 0) {
  }
}

void touch(int file) { (void)::futimens(file, nullptr); }

}  // namespace oversee::os
