// System calls that fail on demand; the linker's --wrap (ld(1)) puts them in place of libc's in a second oversee.
//
// TEST_FAULT is "ROLE CALL FIRST LAST ERRNO": in the process of this role, the calls of this name with these numbers
// (from 1) fail. ERRNO 0 writes only half of the bytes. TEST_CALLS names a file that gets a line "ROLE CALL" for each
// call. The roles are front and guard, and front-child and guard-child for their forked children until exec. Possible
// errors depend on the kind of file, so where it matters the name includes it, as in read:pipe, or write:record for the
// files that a run writes.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// NOLINTBEGIN(bugprone-reserved-identifier, cppcoreguidelines-macro-usage, google-runtime-int)
using Word = long;

extern "C" Word __real_syscall(Word number, Word a, Word b, Word c, Word d, Word e);
extern "C" Word __real_fcntl64(Word fd, Word command, Word c, Word d, Word e, Word f);

namespace {

struct Fault {
  std::array<char, 32> role{};
  std::array<char, 32> call{};
  int first = 0;
  int last = 0;
  int error = 0;
};

enum class Outcome : unsigned char { real, fail, half };

// Calls on files that a run writes; each name includes the file: "write:record".
constexpr std::array<const char*, 7> kFileCalls = {"open64", "openat64", "write",      "close",
                                                   "rename", "renameat", "ftruncate64"};
constexpr std::array<const char*, 7> kFiles = {"record", "log", "json", "junit", "markdown", "events", "copy"};
std::array<std::array<std::array<char, 32>, kFiles.size()>, kFileCalls.size()> file_calls{};

Fault wanted;
bool any_wanted = false;
const char* calls_path = nullptr;
pid_t own_pid = 0;
bool is_guard = false;

// The number of calls, by role. Found by name; no two names share a slot.
struct Counts {
  std::atomic<const char*> name{nullptr};
  std::array<std::atomic<int>, 4> by_role{};
};
std::array<Counts, 256> all_counts;
constexpr std::array<const char*, 4> kRoles = {"front", "guard", "front-child", "guard-child"};

// Runs before all other code of the program, with the arguments that the C library passes to constructors.
__attribute__((constructor(101))) void prepare(int argc, char** argv, char** /*environment*/) {
  for (std::size_t call = 0; call < kFileCalls.size(); ++call) {
    for (std::size_t file = 0; file < kFiles.size(); ++file) {
      auto& name = file_calls.at(call).at(file);
      std::snprintf(name.data(), name.size(), "%s:%s", kFileCalls.at(call), kFiles.at(file));
    }
  }
  own_pid = ::getpid();
  is_guard = argc > 1 && std::strcmp(argv[1], "@guard") == 0;
  calls_path = std::getenv("TEST_CALLS");
  const char* const text = std::getenv("TEST_FAULT");
  any_wanted = text != nullptr && std::sscanf(text, "%31s %31s %d %d %d", wanted.role.data(), wanted.call.data(),
                                              &wanted.first, &wanted.last, &wanted.error) == 5;
}

// Keeps no descriptor open, so that the program's descriptors keep their numbers.
void record(const char* role, const char* call) {
  const int error = errno;
  std::array<char, 80> line{};
  const int length = std::snprintf(line.data(), line.size(), "%s %s\n", role, call);
  const auto at = [](const char* text) { return reinterpret_cast<Word>(text); };
  const Word fd =
      __real_syscall(SYS_openat, AT_FDCWD, at(calls_path), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600, 0);
  if (fd >= 0) {
    (void)__real_syscall(SYS_write, fd, at(line.data()), length, 0, 0);
    (void)__real_syscall(SYS_close, fd, 0, 0, 0, 0);
  }
  errno = error;
}

std::atomic<int>& count_of(const char* call, std::size_t role) {
  for (Counts& each : all_counts) {
    const char* name = nullptr;
    if (each.name.compare_exchange_strong(name, call) || std::strcmp(name, call) == 0) return each.by_role.at(role);
  }
  std::abort();
}

// Decides the outcome of this call; sets errno if it fails.
Outcome next(const char* call) {
  if (!any_wanted && calls_path == nullptr) return Outcome::real;
  const std::size_t role = (::getpid() == own_pid ? 0U : 2U) + (is_guard ? 1U : 0U);
  if (calls_path != nullptr) record(kRoles.at(role), call);
  const int number = ++count_of(call, role);
  if (!any_wanted || number < wanted.first || number > wanted.last) return Outcome::real;
  if (std::strcmp(wanted.call.data(), call) != 0 || std::strcmp(wanted.role.data(), kRoles.at(role)) != 0) {
    return Outcome::real;
  }
  if (wanted.error == 0) return Outcome::half;
  errno = wanted.error;
  return Outcome::fail;
}

// The kind of a file, by the names in the scenarios of faults.py; a temporary file counts as its target.
int file_named(const char* path) {
  const char* const slash = std::strrchr(path, '/');
  const char* const name = slash == nullptr ? path : slash + 1;
  const auto starts = [&](const char* text) { return std::strncmp(name, text, std::strlen(text)) == 0; };
  if (starts("summary.json")) return 2;
  if (starts("report.xml")) return 3;
  if (starts("report.md")) return 4;
  if (starts("events")) return 5;
  if (starts("copy")) return 6;
  if (std::strstr(name, ".json") != nullptr) return 0;
  if (std::strstr(name, ".log") != nullptr) return 1;
  return -1;
}

const char* of_path(const char* call, Word path) {
  const int file = path == 0 ? -1 : file_named(reinterpret_cast<const char*>(path));
  for (std::size_t each = 0; file >= 0 && each < kFileCalls.size(); ++each) {
    if (std::strcmp(kFileCalls.at(each), call) != 0) continue;
    return file_calls.at(each).at(static_cast<std::size_t>(file)).data();
  }
  return call;
}

// The name for a call on a descriptor; null if it is none of these files.
const char* of_descriptor(const char* call, Word fd) {
  const int error = errno;
  std::array<char, 32> link{};
  std::array<char, 512> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%ld", fd);
  const Word size = __real_syscall(SYS_readlinkat, AT_FDCWD, reinterpret_cast<Word>(link.data()),
                                   reinterpret_cast<Word>(path.data()), path.size() - 1, 0);
  errno = error;
  if (size <= 0 || path.at(0) != '/') return nullptr;
  const char* const name = of_path(call, reinterpret_cast<Word>(path.data()));
  return name == call ? nullptr : name;
}

// The names of a call, by the kind of its descriptor.
struct Kinds {
  const char* file;
  const char* pipe;
  const char* own_pipe;
  const char* socket;
  const char* device;
  const char* event;
};

bool is_same_pipe(const struct stat& one, int fd) {
  struct stat other {};
  return __real_syscall(SYS_fstat, fd, reinterpret_cast<Word>(&other), 0, 0, 0) == 0 && S_ISFIFO(other.st_mode) &&
         other.st_ino == one.st_ino;
}

// A pipe with both ends in this process can neither break nor end.
bool holds_both_ends(const struct stat& pipe, int fd) {
  constexpr int kHighest = 64;
  for (int each = 0; each < kHighest; ++each) {
    if (each == fd || !is_same_pipe(pipe, each)) continue;
    const auto mode = [](int of) { return __real_fcntl64(of, F_GETFL, 0, 0, 0, 0) & O_ACCMODE; };
    if (mode(each) != mode(fd)) return true;
  }
  return false;
}

const char* kind_of(Word descriptor, const Kinds& names) {
  const int error = errno;
  const int fd = static_cast<int>(descriptor);
  struct stat status {};
  const char* name = names.event;
  if (std::strcmp(names.file, "write:file") == 0) {
    if (const char* const file = of_descriptor("write", descriptor)) return file;
  }
  if (__real_syscall(SYS_fstat, fd, reinterpret_cast<Word>(&status), 0, 0, 0) != 0 || S_ISREG(status.st_mode)) {
    name = names.file;
  } else if (S_ISFIFO(status.st_mode)) {
    name = holds_both_ends(status, fd) ? names.own_pipe : names.pipe;
  } else if (S_ISSOCK(status.st_mode)) {
    name = names.socket;
  } else if (S_ISCHR(status.st_mode)) {
    name = names.device;
  }
  errno = error;
  return name;
}

}  // namespace

#define KINDS(name) \
  { #name ":file", #name ":pipe", #name ":own-pipe", #name ":socket", #name ":device", #name ":event" }

#define WRAP(name, which, value)                                                  \
  extern "C" Word __real_##name(Word a, Word b, Word c, Word d, Word e, Word f);  \
  extern "C" Word __wrap_##name(Word a, Word b, Word c, Word d, Word e, Word f) { \
    if (next(which) != Outcome::real) return value;                               \
    return __real_##name(a, b, c, d, e, f);                                       \
  }
#define FAILS(name) WRAP(name, #name, -1)
#define FAILS_AS_NULL(name) WRAP(name, #name, 0)
#define FAILS_AS_ERRNO(name) WRAP(name, #name, errno)
#define READS(name) WRAP(name, kind_of(a, KINDS(name)), -1)

// The third argument is a size, which a short write halves.
#define WRITES(name)                                                              \
  extern "C" Word __real_##name(Word a, Word b, Word c, Word d, Word e, Word f);  \
  extern "C" Word __wrap_##name(Word a, Word b, Word c, Word d, Word e, Word f) { \
    switch (next(kind_of(a, KINDS(name)))) {                                      \
      case Outcome::fail: return -1;                                              \
      case Outcome::half: c = (c + 1) / 2; break;                                 \
      case Outcome::real: break;                                                  \
    }                                                                             \
    return __real_##name(a, b, c, d, e, f);                                       \
  }

// Closes the descriptor even on failure, as the kernel does (close(2)). libuv uses the syscall number.
extern "C" Word __wrap_close(Word fd, Word /*b*/, Word /*c*/, Word /*d*/, Word /*e*/, Word /*f*/) {
  const char* const file = of_descriptor("close", fd);
  const bool fails = next(file == nullptr ? "close" : file) != Outcome::real;
  const int error = errno;
  const Word result = __real_syscall(SYS_close, fd, 0, 0, 0, 0);
  if (!fails) return result;
  errno = error;
  return -1;
}

// Changing a descriptor's flags cannot fail.
extern "C" Word __wrap_fcntl64(Word fd, Word command, Word c, Word d, Word e, Word f) {
  const char* name = nullptr;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC: name = "fcntl64:dup"; break;
    case F_SETLK:
    case F_SETLKW:
    case F_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
    case F_OFD_GETLK: name = "fcntl64:lock"; break;
    case F_SETPIPE_SZ: name = "fcntl64:pipe-size"; break;
    default: break;
  }
  if (name != nullptr && next(name) != Outcome::real) return -1;
  return __real_fcntl64(fd, command, c, d, e, f);
}

// FIONBIO and FIOCLEX cannot fail either.
extern "C" Word __real_ioctl(Word fd, Word request, Word c, Word d, Word e, Word f);
extern "C" Word __wrap_ioctl(Word fd, Word request, Word c, Word d, Word e, Word f) {
  const bool can_fail = request != FIONBIO && request != FIOCLEX;
  if (can_fail && next("ioctl") != Outcome::real) return -1;
  return __real_ioctl(fd, request, c, d, e, f);
}

// Calls without a libc wrapper.
extern "C" Word __wrap_syscall(Word number, Word a, Word b, Word c, Word d, Word e) {
  if (number == SYS_close) return __wrap_close(a, 0, 0, 0, 0, 0);
  if (number == SYS_exit_group) return __real_syscall(number, a, b, c, d, e);
  const char* name = "syscall";
  if (number == SYS_wait4) name = "wait4";
  if (number == SYS_capget) name = "capget";
  if (number == SYS_pidfd_open) name = "pidfd_open";
  if (number == SYS_pidfd_send_signal) name = "pidfd_send_signal";
  if (number == SYS_statx) name = "statx";
  if (number == SYS_close_range) name = "close_range";
  return next(name) == Outcome::real ? __real_syscall(number, a, b, c, d, e) : -1;
}

// clang-format off
FAILS(accept4) FAILS(access) FAILS(chdir) FAILS(clone) FAILS(connect) FAILS(dup2) FAILS(dup3) FAILS(epoll_create1)
FAILS(epoll_ctl) FAILS(epoll_pwait) FAILS(epoll_wait) FAILS(eventfd) FAILS(execv) FAILS(execve) FAILS(execvp)
FAILS(fchmod) FAILS(flock) FAILS(fork) FAILS(fstat64) FAILS(fstatat64) FAILS(futimens)
FAILS(gethostname) FAILS(getpgid) FAILS(getpriority) FAILS(getrandom) FAILS(getrlimit64) FAILS(getsockopt)
FAILS(getxattr) FAILS(grantpt) FAILS(inotify_add_watch) FAILS(inotify_init1) FAILS(kill) FAILS(lseek64) FAILS(lstat64)
FAILS(mkdir) FAILS(mkostemp64) FAILS(nanosleep) FAILS(__open64_2) FAILS(pipe2)
FAILS(poll) FAILS(posix_openpt) FAILS(ppoll) FAILS(prctl) FAILS(pread64) FAILS(__pread64_chk) FAILS(readlink)
FAILS(recv) FAILS(recvmsg) FAILS(rmdir) FAILS(sendmsg) FAILS(setpgid) FAILS(setpriority)
FAILS(setrlimit64) FAILS(setsockopt) FAILS(signalfd) FAILS(socket) FAILS(socketpair) FAILS(stat64) FAILS(tcgetattr)
FAILS(tcgetpgrp) FAILS(tcsetattr) FAILS(tcsetpgrp) FAILS(unlink) FAILS(unlinkat) FAILS(unlockpt) FAILS(wait4)
FAILS(waitid) FAILS(waitpid) FAILS_AS_NULL(fdopendir) FAILS_AS_NULL(getcwd) FAILS_AS_NULL(opendir)
FAILS_AS_NULL(readdir64) WRAP(open64, of_path("open64", a), -1) WRAP(openat64, of_path("openat64", b), -1)
WRAP(rename, of_path("rename", a), -1) WRAP(renameat, of_path("renameat", b), -1)
WRAP(ftruncate64, of_descriptor("ftruncate64", a) == nullptr ? "ftruncate64" : of_descriptor("ftruncate64", a), -1) FAILS_AS_ERRNO(pthread_create) FAILS_AS_ERRNO(ptsname_r) READS(read) READS(__read_chk)
READS(pwritev64v2) READS(readv) READS(writev) WRITES(pwrite64) WRITES(write)
    // clang-format on
    // NOLINTEND(bugprone-reserved-identifier, cppcoreguidelines-macro-usage, google-runtime-int)
