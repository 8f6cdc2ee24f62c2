// Reports to the file OVERSEE_TEST_LEFT the descriptors and handles that the test build leaves open at exit: a line for
// each event loop, and one for the process with descriptors that were not open, or were different, at its start.
// OVERSEE_TEST_LEAK adds a leak, "descriptor" or "handle", as a control.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <charconv>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

extern "C" {
// With ld's --wrap, a call of NAME calls __wrap_NAME, and __real_NAME is NAME itself.
int __real_uv_loop_init(uv_loop_t* loop);
int __real_uv_loop_close(uv_loop_t* loop);
[[noreturn]] void __real__exit(int code);
int __wrap_uv_loop_init(uv_loop_t* loop);
int __wrap_uv_loop_close(uv_loop_t* loop);
[[noreturn]] void __wrap__exit(int code);
}

namespace oversee {
namespace {

// The identity of an open file; a closed number may be reused for another file.
using Meaning = std::pair<dev_t, ino_t>;
using Descriptors = std::map<int, Meaning>;

Descriptors open_descriptors() {
  Descriptors found;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    struct stat status {};
    if (fd >= 0 && fd != ::dirfd(directory) && ::fstat(fd, &status) == 0) found[fd] = {status.st_dev, status.st_ino};
  }
  ::closedir(directory);
  return found;
}

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The state before main().
struct Start {
  std::string file = variable("OVERSEE_TEST_LEFT");
  std::string leak = variable("OVERSEE_TEST_LEAK");
  pid_t process = ::getpid();
  std::string name;  // the first argument, which tells guard from front
  Descriptors descriptors;
  bool told = false;
};

Start& start() {
  static auto* const kept = new Start;  // outlives all destructors
  return *kept;
}

void tell(std::string_view what, std::string_view left) {
  const std::string line = fmt::format("{} {}:{}\n", start().name, what, left.empty() ? " none" : left);
  const int fd = ::open(start().file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  (void)!::write(fd, line.data(), line.size());
  ::close(fd);
}

std::string target_of(int fd) {
  char text[256];
  const ssize_t size = ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), text, sizeof text);
  return std::string(text, size < 0 ? 0 : static_cast<std::size_t>(size));
}

// Not in a child between fork and exec, where open descriptors are in order.
void tell_descriptors() {
  if (start().file.empty() || start().told || ::getpid() != start().process) return;
  start().told = true;
  uv_library_shutdown();  // libuv's own descriptors, which a shared library closes only later
  std::string left;
  for (const auto& [fd, meaning] : open_descriptors()) {
    if (fd <= STDERR_FILENO) continue;  // /dev/null, if the caller had closed it or the run is detached
    const auto before = start().descriptors.find(fd);
    if (before != start().descriptors.end() && before->second == meaning) continue;
    left += fmt::format(" {}={}", fd, target_of(fd));
  }
  tell("descriptors", left);
}

__attribute__((constructor)) void begin(int argc, char** argv) {
  if (start().file.empty()) return;
  start().name = argc > 1 ? argv[1] : "";
  start().descriptors = open_descriptors();
  if (start().leak == "descriptor") (void)::open("/dev/zero", O_RDONLY | O_CLOEXEC);
}

// Runs after libuv's destructors if libuv is linked statically.
__attribute__((destructor(101))) void end() { tell_descriptors(); }

void tell_handles(uv_loop_t* loop, int error) {
  std::string left;
  uv_walk(
      loop,
      [](uv_handle_t* handle, void* text) {
        *static_cast<std::string*>(text) += fmt::format(" {}", uv_handle_type_name(handle->type));
      },
      &left);
  if (error != 0 && left.empty()) left = " a request";
  tell("handles", left);
}

}  // namespace
}  // namespace oversee

int __wrap_uv_loop_init(uv_loop_t* loop) {
  const int error = __real_uv_loop_init(loop);
  if (error == 0 && oversee::start().leak == "handle") uv_timer_init(loop, new uv_timer_t{});
  return error;
}

int __wrap_uv_loop_close(uv_loop_t* loop) {
  const int error = __real_uv_loop_close(loop);
  if (!oversee::start().file.empty()) {
    if (error == 0) {
      oversee::tell("handles", "");
    } else {
      oversee::tell_handles(loop, error);
    }
  }
  return error;
}

void __wrap__exit(int code) {
  oversee::tell_descriptors();
  __real__exit(code);
}
