// Opens and writes files by name.
#include "os/file.hpp"
#include "os/asked_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>
#include <vector>

namespace oversee::os {
namespace {

using model::Failure;
using model::LogMode;

// How long to wait for a FIFO to get a reader, and for a pipe's reader to make room.
constexpr auto kReaderComes = std::chrono::seconds(2);
constexpr auto kReaderReads = std::chrono::seconds(5);
constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 10'000'000};

// The number of old logs that LogMode::rotate keeps beside FILE.
constexpr int kMostPutAside = 9;

// Retries while another run truncates or renames the file, each of which takes only a moment.
constexpr int kMostTries = 100;

constexpr int kToWrite = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

bool is_regular(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

bool is_named(const std::string& path, int fd) {
  struct stat named {};
  struct stat opened {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(fd, &opened) == 0 && named.st_dev == opened.st_dev &&
         named.st_ino == opened.st_ino;
}

// Opening a FIFO for non-blocking writing fails with ENXIO until it has a reader (fifo(7)).
model::Result<UniqueFd> open_device(const Destination& at, const std::string& stage) {
  const auto end = std::chrono::steady_clock::now() + kReaderComes;
  while (true) {
    UniqueFd file(::open(at.path.c_str(), kToWrite));
    if (file) return file;
    const int error = errno;
    if (error == EINTR) continue;
    if (error != ENXIO || std::chrono::steady_clock::now() >= end) {
      return std::unexpected(
          Failure{stage, error, at.name, error == ENXIO ? "nobody reads this pipe: start its reader first" : ""});
    }
    (void)::nanosleep(&kPause, nullptr);
  }
}

std::vector<std::string> attribute_names(ssize_t size, const std::vector<char>& list) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < static_cast<std::size_t>(std::max<ssize_t>(size, 0));) {
    names.emplace_back(list.data() + at);
    at += names.back().size() + 1;
  }
  return names;
}

constexpr std::size_t kAttributes = 64 * 1024;  // the maximum size of a list or a value (xattr(7))

// Copies the old file's extended attributes, ACLs included, to the new file; false if that fails.
bool keep_attributes(const std::string& old, int file) {
  std::vector<char> list(kAttributes);
  std::vector<char> value(kAttributes);
  std::vector<char> present(kAttributes);
  const auto wanted = attribute_names(::listxattr(old.c_str(), list.data(), list.size()), list);
  for (const std::string& name : wanted) {
    const ssize_t size = ::getxattr(old.c_str(), name.c_str(), value.data(), value.size());
    if (size < 0) return false;
    const ssize_t before = ::fgetxattr(file, name.c_str(), present.data(), present.size());
    const auto text = [](const std::vector<char>& bytes, ssize_t count) {
      return std::string_view(bytes.data(), static_cast<std::size_t>(count));
    };
    if (before == size && text(present, before) == text(value, size)) continue;
    if (::fsetxattr(file, name.c_str(), value.data(), static_cast<std::size_t>(size), 0) != 0) return false;
  }
  // Removes attributes inherited from the directory (default ACL, acl(5)).
  for (const std::string& name : attribute_names(::flistxattr(file, list.data(), list.size()), list)) {
    if (std::ranges::find(wanted, name) == wanted.end() && ::fremovexattr(file, name.c_str()) != 0) return false;
  }
  return true;
}

// Gives the new file the old one's owner, mode and attributes; false if that fails or the old file has several hard
// links. Processes that have the old file open keep the old contents.
bool keep_owner_and_rights(const std::string& old, int file) {
  struct stat before {};
  struct stat now {};
  if (::stat(old.c_str(), &before) != 0) return errno == ENOENT;
  if (::fstat(file, &now) != 0 || !S_ISREG(before.st_mode) || before.st_nlink > 1) return false;
  const bool owned = before.st_uid == now.st_uid && before.st_gid == now.st_gid;
  if (!owned && ::fchown(file, before.st_uid, before.st_gid) != 0) return false;
  return keep_attributes(old, file) && ::fchmod(file, before.st_mode & 07777U) == 0;
}

// False with errno set: the old file is unchanged and may still be written in place.
bool replace(const Destination& at, std::string_view text) {
  UniqueFd file(::open(at.temporary.c_str(), kToWrite | O_CREAT | O_EXCL | O_NOFOLLOW, kPrivateMode));
  if (!file) return false;
  if (keep_owner_and_rights(at.path, file.get()) && write_fully(file.get(), text) && close_checked(std::move(file)) &&
      ::rename(at.temporary.c_str(), at.path.c_str()) == 0) {
    return true;
  }
  const int error = errno;
  ::unlink(at.temporary.c_str());
  errno = error;
  return false;
}

// On failure the file is left empty or removed: half a document is worse than none, and an old document would be taken
// for this run's.
model::Result<void> write_in_place(const Destination& at, std::string_view text) {
  const auto failed = [&](int error) { return std::unexpected(Failure{"write", error, at.name, {}}); };
  const int follow = at.in_system ? 0 : O_NOFOLLOW;
  UniqueFd file(::open(at.path.c_str(), kToWrite | O_CREAT | O_EXCL, kPrivateMode));
  const bool is_new = static_cast<bool>(file);
  if (!file) file.reset(::open(at.path.c_str(), kToWrite | follow));
  if (!file) return failed(errno);
  if (::ftruncate(file.get(), 0) != 0) return failed(errno);
  bool written = write_fully(file.get(), text);
  int error = errno;
  if (!written) (void)!::ftruncate(file.get(), 0);
  if (!close_checked(std::move(file)) && written) {
    written = false;
    error = errno;
  }
  if (written) return {};
  if (is_new) ::unlink(at.path.c_str());
  return failed(error);
}

model::Result<void> write_to(int fd, const std::string& name, std::string_view text) {
  if (write_in_time(fd, text, kReaderReads)) return {};
  return std::unexpected(Failure{"write", errno, name, errno == ETIMEDOUT ? "its reader does not read" : ""});
}

enum class Locked : std::uint8_t { yes, no, busy };

Locked lock(int fd, int how) {
  while (::flock(fd, how | LOCK_NB) != 0) {
    if (errno != EINTR) return errno == EWOULDBLOCK ? Locked::busy : Locked::no;
  }
  return Locked::yes;
}

// Renames FILE.1 to FILE.2 and so on, then FILE to FILE.1.
bool put_aside(const std::string& path) {
  const auto numbered = [&](int number) { return number == 0 ? path : fmt::format("{}.{}", path, number); };
  int last = 0;
  struct stat status {};
  while (last < kMostPutAside && ::lstat(numbered(last).c_str(), &status) == 0) ++last;
  for (; last > 0; --last) {
    if (::rename(numbered(last - 1).c_str(), numbered(last).c_str()) != 0) return false;
  }
  return true;
}

// Ends an incomplete last line, so that this run's first line does not continue it.
void end_last_line(const std::string& path, int fd) {
  const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (reader && !ends_in_newline(reader.get())) (void)write_fully(fd, "\n");
}

class OutputOpener {
 public:
  OutputOpener(const Destination& at, LogMode mode, std::string_view what)
      : at_(at), mode_(mode), what_(what), stage_(fmt::format("open the {}", what)) {}

  model::Result<UniqueFd> open() {
    if (at_.kind == Destination::Kind::descriptor) return duplicate(at_.descriptor);
    if (at_.kind == Destination::Kind::device) return open_device(at_, stage_);
    for (int tries = 0; tries < kMostTries; ++tries) {
      UniqueFd file(::open(at_.path.c_str(), kToWrite | O_APPEND | O_CREAT, kPrivateMode));
      if (!file) return failed(errno);
      if (!is_regular(file.get())) return failed(EINVAL, "it has just become another kind of file");
      const Locked locked = lock(file.get(), mode_ == LogMode::append ? LOCK_SH : LOCK_EX);
      if (locked == Locked::busy && mode_ != LogMode::append) return busy();
      if (locked == Locked::busy || !is_named(at_.path, file.get())) {
        (void)::nanosleep(&kPause, nullptr);
        continue;
      }
      if (auto begun = begin(file); !begun) return std::unexpected(begun.error());
      if (lock(file.get(), LOCK_SH) == Locked::busy) return busy();
      return file;
    }
    return busy();
  }

 private:
  std::unexpected<Failure> failed(int error, std::string remedy = {}) const {
    return std::unexpected(Failure{stage_, error, at_.name, std::move(remedy)});
  }

  std::unexpected<Failure> busy() const {
    const std::string_view remedy = what_ == "log" ? "another run is writing to it; wait for its end, name another "
                                                     "file, or give --log-mode append"
                                                   : "another run is writing to it; wait for its end, or name another "
                                                     "file";
    return failed(0, std::string(remedy));
  }

  model::Result<void> begin(UniqueFd& file) const {
    switch (mode_) {
      case LogMode::truncate:
        if (::ftruncate(file.get(), 0) != 0) return failed(errno);
        break;
      case LogMode::append: end_last_line(at_.path, file.get()); break;
      case LogMode::rotate: return rotate(file);
    }
    return {};
  }

  // The new log gets the owner and rights of the previous one, as far as this user may set them.
  model::Result<void> rotate(UniqueFd& file) const {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || status.st_size == 0) return {};
    if (!put_aside(at_.path)) return failed(errno, "to put what it holds aside, its directory must be writable");
    UniqueFd next(::open(at_.path.c_str(), kToWrite | O_APPEND | O_CREAT, kPrivateMode));
    if (!next) return failed(errno);
    (void)keep_owner_and_rights(at_.path + ".1", next.get());
    file = std::move(next);
    return {};
  }

  const Destination& at_;
  const LogMode mode_;
  const std::string_view what_;
  const std::string stage_;
};

}  // namespace

model::Result<void> check_directory(const std::string& path, const std::string& stage) {
  const AskedFile asked(stage, path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return std::unexpected(model::Failure{stage, errno, path, errno == ENOENT ? "create it first" : ""});
  }
  if (!S_ISDIR(status.st_mode)) return std::unexpected(model::Failure{stage, ENOTDIR, path, {}});
  if (::access(path.c_str(), X_OK) != 0) return std::unexpected(model::Failure{stage, errno, path, {}});
  return {};
}

model::Result<UniqueFd> reopen_to_append(int fd) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) return std::unexpected(model::Failure{"write to the end of it", errno, path, {}});
  return file;
}

bool ends_in_newline(int fd) {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  return size <= 0 || (::pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

model::Result<UniqueFd> open_output(const Destination& destination, LogMode mode, std::string_view what) {
  const AskedFile asked("open the " + std::string(what), destination.name);
  return OutputOpener(destination, mode, what).open();
}

model::Result<UniqueFd> open_log(const std::string& path, std::string_view what) {
  const auto destination = find_destination(path);
  if (!destination) return std::unexpected(destination.error());
  return open_output(*destination, LogMode::truncate, what);
}

void lock_for_writing(int fd) { (void)lock(fd, LOCK_SH); }

model::Result<void> write_document(const Destination& destination, std::string_view text) {
  switch (destination.kind) {
    case Destination::Kind::descriptor: return write_to(destination.descriptor, destination.name, text);
    case Destination::Kind::device: {
      const auto file = open_device(destination, "write");
      if (!file) return std::unexpected(file.error());
      return write_to(file->get(), destination.name, text);
    }
    case Destination::Kind::file: break;
  }
  if (!destination.in_system && replace(destination, text)) return {};
  return write_in_place(destination, text);
}

model::Result<void> replace_file(const std::string& path, std::string_view text) {
  const auto destination = find_destination(path);
  if (!destination) return std::unexpected(destination.error());
  return write_document(*destination, text);
}

model::Result<void> append_to_file(const std::string& path, std::string_view text) {
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kPrivateMode));
  if (file && write_fully(file.get(), text)) return {};
  return std::unexpected(model::Failure{"write", errno, path, {}});
}

}  // namespace oversee::os
