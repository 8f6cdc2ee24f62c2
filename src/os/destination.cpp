// Resolves the name of an output file as the kernel does.
#include "os/destination.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <memory>
#include <optional>

#include "os/asked_file.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {
namespace {

using model::Failure;

// The kernel's own limit on symbolic links (path_resolution(7)).
constexpr int kMostLinks = 40;

std::unexpected<Failure> refused(int error, const std::string& subject, std::string remedy = {}) {
  return std::unexpected(Failure{"write", error, subject, std::move(remedy)});
}

struct Name {
  std::string directory;
  std::string last;
};

Name split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

std::string join(const std::string& directory, const std::string& name) {
  return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

// The directory's path with links resolved; the given path if that fails.
std::string real_directory(const std::string& directory) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(directory.c_str(), nullptr), std::free);
  return real ? std::string(real.get()) : directory;
}

bool is_below(const std::string& directory, std::string_view top) {
  return directory.starts_with(top) && (directory.size() == top.size() || directory[top.size()] == '/');
}

// The number N if directory and name are /proc/self/fd/N of this process; else -1.
int own_descriptor(const std::string& directory, const std::string& last) {
  const std::string process = real_directory("/proc/self");  // not getpid(): /proc may be of another PID namespace
  const bool own =
      directory == process + "/fd" || (is_below(directory, process + "/task") && directory.ends_with("/fd"));
  int number = -1;
  const auto read = std::from_chars(last.data(), last.data() + last.size(), number);
  return own && read.ec == std::errc{} && read.ptr == last.data() + last.size() ? number : -1;
}

// In a sticky, world-writable directory a link of another user may lead anywhere (protected_symlinks, proc(5)).
bool is_trap(const struct stat& link, const std::string& directory) {
  struct stat parent {};
  if (::stat(directory.c_str(), &parent) != 0) return false;
  const bool shared = (parent.st_mode & S_ISVTX) != 0 && (parent.st_mode & S_IWOTH) != 0;
  return shared && link.st_uid != ::geteuid() && link.st_uid != parent.st_uid;
}

std::optional<std::string> link_text(const std::string& path) {
  char text[PATH_MAX];
  const ssize_t size = ::readlink(path.c_str(), text, sizeof text);
  if (size < 0) return {};
  return std::string(text, static_cast<std::size_t>(size));
}

// Resolves all links. The result's directory has none; its last part is not a link, unless it names a descriptor in
// /proc.
model::Result<Name> follow(const std::string& name) {
  std::string path = name;
  for (int links = 0; links <= kMostLinks; ++links) {
    Name at = split(path);
    at.directory = real_directory(at.directory);
    // A link in /proc/PID/fd may refer to a file that no longer has a name, so it is not followed.
    if (is_below(at.directory, "/proc") && at.directory.ends_with("/fd")) return at;
    const std::string here = join(at.directory, at.last);
    struct stat status {};
    if (::lstat(here.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return at;
    if (is_trap(status, at.directory)) {
      return refused(EACCES, name, "it is a link of another user's in a directory that all may write to");
    }
    const auto text = link_text(here);
    if (!text) return refused(errno, name);
    path = text->starts_with('/') ? *text : join(at.directory, *text);
  }
  return refused(ELOOP, name);
}

model::Result<void> check_descriptor(int descriptor, const std::string& name) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) return refused(errno, name, "open it, as in 3>report.json");
  if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY) {
    return refused(EBADF, name, "it is not open for writing");
  }
  return {};
}

// Checks that a file can be created in the directory.
model::Result<void> check_parent(const std::string& directory) {
  const auto failed = [&](int error, std::string remedy = {}) {
    return std::unexpected(Failure{"write to the directory", error, directory, std::move(remedy)});
  };
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return failed(errno, errno == ENOENT ? "create it first" : "");
  if (!S_ISDIR(status.st_mode)) return failed(ENOTDIR);
  if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0) return failed(errno);
  return {};
}

// Opens the file to let the kernel decide: modes, ACLs, protected files and links of other users.
model::Result<void> check_file(const std::string& name) {
  const UniqueFd file(::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600));
  if (!file) return refused(errno, name);
  return {};
}

}  // namespace

int descriptor_named(const std::string& name) {
  if (name == "-") return STDOUT_FILENO;
  const auto place = follow(name);
  return place ? own_descriptor(place->directory, place->last) : -1;
}

model::Result<Destination> find_destination(const std::string& name) {
  const AskedFile asked("open", name);
  Destination found{.name = name, .path = name};
  const auto place = name == "-" ? Name{} : follow(name);
  if (!place) return std::unexpected(place.error());
  found.descriptor = name == "-" ? STDOUT_FILENO : own_descriptor(place->directory, place->last);
  if (found.descriptor >= 0) {
    found.kind = Destination::Kind::descriptor;
    if (const auto open = check_descriptor(found.descriptor, name); !open) return std::unexpected(open.error());
    return found;
  }
  found.path = join(place->directory, place->last);
  found.in_system = is_below(place->directory, "/dev") || is_below(place->directory, "/proc");
  found.temporary = fmt::format("{}.{}.tmp", found.path, ::getpid());
  struct stat status {};
  if (::stat(found.path.c_str(), &status) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) return refused(errno, name);
    if (place->last.empty()) return refused(EISDIR, name, "name a file in it");
    const auto possible = check_parent(place->directory);
    if (!possible) return std::unexpected(possible.error());
    return found;
  }
  if (S_ISDIR(status.st_mode)) return refused(EISDIR, name, "name a file in it");
  if (S_ISSOCK(status.st_mode)) return refused(ENXIO, name, "it is a socket, which cannot be opened as a file");
  if (!S_ISREG(status.st_mode)) {
    found.kind = Destination::Kind::device;
    if (::faccessat(AT_FDCWD, found.path.c_str(), W_OK, AT_EACCESS) != 0) return refused(errno, name);
    return found;
  }
  found.exists = true;
  if (const auto allowed = check_file(name); !allowed) return std::unexpected(allowed.error());
  return found;
}

}  // namespace oversee::os
