#include <unistd.h>

/* The cheapest command there is, linked statically: what is measured around it is the wrapper's cost alone. With a
 * command of its own it becomes that one, which costs an exec and nothing else. */
int main(int argc, char** argv) {
  if (argc < 2) return 0;
  execv(argv[1], argv + 1);
  return 127;
}
