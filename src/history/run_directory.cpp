// Opens the directory of runs and the files in it.
#include "history/run_directory.hpp"
#include "os/asked_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>

namespace oversee::history {
namespace {

constexpr unsigned kPrivateDirectory = 0700;
constexpr unsigned kPrivateFile = 0600;

std::unexpected<Unusable> refuse(const std::string& path, std::string why) {
  return std::unexpected(Unusable{
      true,
      {"use the directory for logs", 0, path, std::move(why) + ": remove it, or set TMPDIR to another directory"}});
}

}  // namespace

std::expected<RunDirectory, Unusable> RunDirectory::open(const std::string& parent, unsigned uid) {
  return open_at(fmt::format("{}/oversee-{}", parent, uid), uid);
}

std::expected<std::optional<RunDirectory>, Unusable> RunDirectory::find(const std::string& parent, unsigned uid) {
  return find_at(fmt::format("{}/oversee-{}", parent, uid), uid);
}

std::expected<RunDirectory, Unusable> RunDirectory::open_at(std::string path, unsigned uid) {
  return open_or_make(std::move(path), uid, true);
}

std::expected<std::optional<RunDirectory>, Unusable> RunDirectory::find_at(std::string path, unsigned uid) {
  auto directory = open_or_make(std::move(path), uid, false);
  if (directory) return std::move(*directory);
  if (!directory.error().refused && directory.error().failure.error == ENOENT) return std::nullopt;
  return std::unexpected(std::move(directory.error()));
}

std::expected<RunDirectory, Unusable> RunDirectory::open_or_make(std::string path, unsigned uid, bool make) {
  const os::AskedFile asked("use the directory for logs", path);
  const auto unavailable = [&] {
    return std::unexpected(Unusable{false, {"use the directory for logs", errno, path, "set TMPDIR to another"}});
  };
  // Tries to open first: the directory is missing only for the first run ever.
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  os::UniqueFd directory(::open(path.c_str(), kFlags));
  if (!directory && errno == ENOENT && make) {
    if (::mkdir(path.c_str(), kPrivateDirectory) != 0 && errno != EEXIST) return unavailable();
    directory.reset(::open(path.c_str(), kFlags));
  }
  if (!directory && (errno == ENOTDIR || errno == ELOOP)) return refuse(path, "it is a link or not a directory");
  if (!directory && errno == EACCES) {
    // Another user may have created it with mode 0700 as a trap; a parent without search permission is only
    // unavailable.
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0 && status.st_uid != uid) return refuse(path, "it belongs to another user");
    errno = EACCES;
  }
  if (!directory) return unavailable();
  struct stat status {};
  if (::fstat(directory.get(), &status) != 0) return unavailable();
  if (status.st_uid != uid) return refuse(path, "it belongs to another user");
  if ((status.st_mode & 077U) != 0 && ::fchmod(directory.get(), kPrivateDirectory) != 0) {
    return refuse(path, "others can get into it");
  }
  return RunDirectory(std::move(path), std::move(directory));
}

std::string RunDirectory::path_of(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

model::Result<os::UniqueFd> RunDirectory::reopen() const {
  os::UniqueFd again(::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!again) return std::unexpected(model::Failure{"open", errno, path_, {}});
  return again;
}

model::Result<void> RunDirectory::for_each_file(
    const std::function<bool(std::string_view name, std::uint64_t inode)>& each) const {
  // A second description: closedir() closes it, and it has its own position.
  auto again = reopen();
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(again ? ::fdopendir(again->get()) : nullptr, ::closedir);
  if (!stream) return std::unexpected(model::Failure{"list the runs", errno, path_, {}});
  (void)again->release();  // owned by the stream now
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(stream.get());
    if (entry == nullptr && errno != 0) return std::unexpected(model::Failure{"list the runs", errno, path_, {}});
    if (entry == nullptr || !each(entry->d_name, entry->d_ino)) return {};
  }
}

model::Result<std::vector<std::string>> RunDirectory::names(std::size_t most) const {
  std::vector<std::string> names;
  const auto listed = for_each_file([&](std::string_view name, std::uint64_t) {
    if (names.size() < most) names.emplace_back(name);
    return names.size() < most;
  });
  if (!listed) return std::unexpected(listed.error());
  return names;
}

model::Result<os::UniqueFd> RunDirectory::open_to_read(const std::string& name) const {
  return open_regular(name, O_RDONLY, "read");
}

model::Result<os::UniqueFd> RunDirectory::open_shared(const std::string& name) const {
  return open_regular(name, O_RDWR | O_CREAT, "open");
}

model::Result<os::UniqueFd> RunDirectory::open_to_append(const std::string& name) const {
  return open_regular(name, O_WRONLY | O_APPEND | O_CREAT, "open");
}

model::Result<os::UniqueFd> RunDirectory::open_regular(const std::string& name, int how, const char* stage) const {
  os::UniqueFd file(::openat(directory_.get(), name.c_str(), how | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, kPrivateFile));
  if (!file) return std::unexpected(model::Failure{stage, errno, path_of(name), {}});
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::unexpected(model::Failure{stage, 0, path_of(name), "it is not a file"});
  }
  return file;
}

model::Result<std::string> RunDirectory::read(const std::string& name) const {
  const auto file = open_to_read(name);
  if (!file) return std::unexpected(file.error());
  return os::read_all(file->get(), path_of(name));
}

model::Result<os::UniqueFd> RunDirectory::create(const std::string& name) const {
  os::UniqueFd file(
      ::openat(directory_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kPrivateFile));
  if (!file) return std::unexpected(model::Failure{"create", errno, path_of(name), {}});
  return file;
}

model::Result<bool> RunDirectory::remove(const std::string& name) const {
  if (::unlinkat(directory_.get(), name.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  return std::unexpected(model::Failure{"remove", errno, path_of(name), {}});
}

std::optional<RunDirectory::Look> RunDirectory::look(const std::string& name) const {
  struct stat status {};
  if (::fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  // A forged mtime may exceed the range of nanoseconds (the year 2262).
  constexpr time_t kFarthest = 9'000'000'000;
  const std::chrono::seconds written(std::clamp(status.st_mtim.tv_sec, -kFarthest, kFarthest));
  return Look{.is_directory = S_ISDIR(status.st_mode),
              .is_regular = S_ISREG(status.st_mode),
              .bytes = static_cast<std::uint64_t>(status.st_size),
              .inode = status.st_ino,
              .written = model::WallTime(written) + std::chrono::nanoseconds(status.st_mtim.tv_nsec)};
}

model::Result<void> RunDirectory::replace(const std::string& name, std::string_view text) const {
  const std::string temporary = temporary_name(name);
  ::unlinkat(directory_.get(), temporary.c_str(), 0);
  auto file = create(temporary);
  if (file && os::write_fully(file->get(), text) && os::close_checked(std::move(*file)) &&
      ::renameat(directory_.get(), temporary.c_str(), directory_.get(), name.c_str()) == 0) {
    return {};
  }
  ::unlinkat(directory_.get(), temporary.c_str(), 0);
  return overwrite(name, text);
}

// Overwrites in place, because the old blocks are already allocated; on failure restores the old text.
model::Result<void> RunDirectory::overwrite(const std::string& name, std::string_view text) const {
  const auto failed = [&](int error) { return std::unexpected(model::Failure{"write", error, path_of(name), {}}); };
  auto file = open_regular(name, O_RDWR, "write");
  if (!file) return std::unexpected(file.error());
  const auto before = os::read_all(file->get(), path_of(name));
  if (!before) return std::unexpected(before.error());
  const auto put = [&](std::string_view what) {
    return ::lseek(file->get(), 0, SEEK_SET) == 0 && os::write_fully(file->get(), what) &&
           ::ftruncate(file->get(), static_cast<off_t>(what.size())) == 0;
  };
  int error = put(text) ? 0 : errno;
  if (error != 0) (void)put(*before);
  if (!os::close_checked(std::move(*file)) && error == 0) error = errno;
  return error == 0 ? model::Result<void>() : failed(error);
}

void RunDirectory::reserve(int file) {
  constexpr off_t kRoom = 8192;  // enough for most records
  (void)!::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, kRoom);
}

}  // namespace oversee::history
