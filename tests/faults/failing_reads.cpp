// A read(2) that replaces libc's in a second oversee: reading the command's output fails after a given number of bytes.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

// The names are required by the linker's --wrap=read (ld(1)).
extern "C" {
ssize_t __real_read(int fd, void* buffer, std::size_t size);  // NOLINT(bugprone-reserved-identifier)
ssize_t __wrap_read(int fd, void* buffer, std::size_t size);  // NOLINT(bugprone-reserved-identifier)

// Only pipes that are read in large pieces: others belong to the loop.
ssize_t __wrap_read(int fd, void* buffer, std::size_t size) {  // NOLINT(bugprone-reserved-identifier)
  constexpr std::size_t kLarge = 64 * 1024;
  static const char* const limit = std::getenv("TEST_OUTPUT_FAILS_AFTER");
  static std::size_t seen = 0;
  struct stat status {};
  if (limit == nullptr || size < kLarge || ::fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode)) {
    return __real_read(fd, buffer, size);
  }
  if (seen >= std::strtoul(limit, nullptr, 10)) {
    errno = EIO;
    return -1;
  }
  const ssize_t count = __real_read(fd, buffer, size);
  if (count > 0) seen += static_cast<std::size_t>(count);
  return count;
}
}
