// Thin calls on files.
#include "os/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace oversee::os {
namespace {

std::string parent_directory(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A device, a pipe: what is written to, not replaced.
bool is_other_than_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

model::Result<void> check_directory(const std::string& path, const std::string& stage) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return std::unexpected(model::Failure{stage, errno, path, errno == ENOENT ? "create it first" : ""});
  }
  if (!S_ISDIR(status.st_mode)) return std::unexpected(model::Failure{stage, ENOTDIR, path, {}});
  if (::access(path.c_str(), X_OK) != 0) return std::unexpected(model::Failure{stage, errno, path, {}});
  return {};
}

model::Result<UniqueFd> open_log(const std::string& path, std::string_view what) {
  // Non-blocking, for a pipe without a reader would hold us here; on a regular file it means nothing.
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kPublicMode));
  const int error = errno;
  const bool pipe = file ? can_block(file.get()) : error == ENXIO;
  if (pipe) {
    return std::unexpected(model::Failure{fmt::format("use it as a {}", what), 0, path,
                                          fmt::format("a {} must be a file, not a pipe or terminal", what)});
  }
  if (!file) return std::unexpected(model::Failure{fmt::format("open the {}", what), error, path, {}});
  return file;
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

model::Result<void> check_replaceable(const std::string& path) {
  if (is_directory(path)) return std::unexpected(model::Failure{"write", EISDIR, path, "name a file in it"});
  if (is_other_than_file(path)) {
    if (::access(path.c_str(), W_OK) == 0) return {};
    return std::unexpected(model::Failure{"write", errno, path, {}});
  }
  const std::string parent = parent_directory(path);
  if (auto directory = check_directory(parent, "write to the directory"); !directory) return directory;
  if (::access(parent.c_str(), W_OK) != 0) {
    return std::unexpected(model::Failure{"write to the directory", errno, parent, {}});
  }
  return {};
}

model::Result<void> replace_file(const std::string& path, std::string_view text) {
  if (is_other_than_file(path)) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (file && write_fully(file.get(), text)) return {};
    return std::unexpected(model::Failure{"write", errno, path, {}});
  }
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  const UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kPublicMode));
  if (!file) return std::unexpected(model::Failure{"write", errno, temporary, {}});
  if (!write_fully(file.get(), text) || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return std::unexpected(model::Failure{"write", error, path, {}});
  }
  return {};
}

model::Result<void> append_to_file(const std::string& path, std::string_view text) {
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kPublicMode));
  if (file && write_fully(file.get(), text)) return {};
  return std::unexpected(model::Failure{"write", errno, path, {}});
}

}  // namespace oversee::os
