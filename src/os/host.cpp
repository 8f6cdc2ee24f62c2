// Asks for names and numbers of the environment.
#include "os/host.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "os/descriptor.hpp"

namespace oversee::os {

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "localhost";
  return name;
}

std::string current_directory() {
  char path[PATH_MAX];
  return ::getcwd(path, sizeof path) == nullptr ? "." : path;  // getcwd(3) fails in a removed directory
}

std::string temporary_directory() {
  const char* directory = std::getenv("TMPDIR");
  return directory == nullptr || *directory == '\0' ? "/tmp" : directory;
}

unsigned user_id() { return ::geteuid(); }

int process_id() { return ::getpid(); }

void name_this_process(const char* name) { ::prctl(PR_SET_NAME, name); }

void take_precedence() {
  constexpr const char* kHighest = "-20";
  (void)::setpriority(PRIO_PROCESS, 0, -20);
  const UniqueFd autogroup(::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC));
  if (autogroup) (void)write_fully(autogroup.get(), kHighest);
}

}  // namespace oversee::os
