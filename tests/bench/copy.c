#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

/* copy FILE: copies standard input to standard output and to the file, in a bare loop. No program that reads a pipe and
 * writes it out twice is faster, so a wrapper's further cost is its own. */

static char buffer[256 * 1024];

static int write_fully(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = write(fd, bytes, size);
    if (written <= 0) return 0;
    bytes += written;
    size -= (size_t)written;
  }
  return 1;
}

int main(int argc, char** argv) {
  const int file = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
  if (file < 0) return 2;
  (void)fcntl(STDIN_FILENO, F_SETPIPE_SZ, 1 << 20);
  (void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20);
  ssize_t count = 0;
  while ((count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0) {
    if (!write_fully(STDOUT_FILENO, buffer, (size_t)count) || !write_fully(file, buffer, (size_t)count)) return 1;
  }
  return count < 0;
}
