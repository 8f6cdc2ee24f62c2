// close_and_linger FILE CODE: closes stdout and stderr, creates FILE, and exits with CODE at the end of standard input.
#include <fcntl.h>

#include "helper.hpp"

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 3) helper::give_up();
  ::close(STDOUT_FILENO);
  ::close(STDERR_FILENO);
  const int file = ::open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) helper::give_up();
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return helper::number(argv[2]);
}
