// Opens files, pipes and sockets for events, and takes descriptors over.
#include "os/event_target.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "os/file.hpp"

namespace oversee::os {
namespace {

using model::Failure;

// How long a listener whose queue of connections is full may keep us.
constexpr timeval kConnectBound{.tv_sec = 2, .tv_usec = 0};

// Without a wait for the reader of a pipe, which would be one without end.
constexpr int kOpenFlags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

model::Result<UniqueFd> take_descriptor(const model::EventDestination& destination) {
  const int flags = ::fcntl(destination.descriptor, F_GETFL);
  if (flags < 0) {
    return std::unexpected(Failure{"write events to", errno, destination.written, "open it, as in 3>events.jsonl"});
  }
  if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY) {
    return std::unexpected(Failure{"write events to", EBADF, destination.written, "it is not open for writing"});
  }
  keep_over_exec(destination.descriptor, false);
  return UniqueFd(destination.descriptor);
}

model::Result<UniqueFd> connect_to(const std::string& path) {
  const Failure failure{"connect to the socket for events", 0, path, {}};
  const auto failed = [&](int error, std::string remedy) {
    return std::unexpected(Failure{failure.stage, error, failure.subject, std::move(remedy)});
  };
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.size() >= sizeof address.sun_path) return failed(ENAMETOOLONG, "a socket's path has at most 107 bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return failed(errno, {});
  // unix(7): the bound on sending is the one on connecting, too.
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kConnectBound, sizeof kConnectBound);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    const bool nobody = error == ENOENT || error == ECONNREFUSED;
    return failed(error, nobody ? "start what listens there first" : "");
  }
  constexpr timeval kNoBound{};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kNoBound, sizeof kNoBound);
  return socket;
}

std::string remedy_for(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  if (S_ISSOCK(status.st_mode)) return "it is a socket: write unix:" + path;
  return S_ISFIFO(status.st_mode) ? "nobody reads this pipe: start its reader first" : "";
}

// None where there is nothing of that name, and something could be made.
model::Result<UniqueFd> open_existing(const std::string& path) {
  UniqueFd file(::open(path.c_str(), kOpenFlags));
  if (file) return file;
  const int error = errno;
  if (error != ENOENT) {
    return std::unexpected(Failure{"open for events", error, path, error == ENXIO ? remedy_for(path) : ""});
  }
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    return std::unexpected(Failure{"open for events", error, path, "it is a link to nothing"});
  }
  if (const auto possible = check_replaceable(path); !possible) return std::unexpected(possible.error());
  return UniqueFd();
}

}  // namespace

model::Result<EventTarget> EventTarget::open(const model::EventDestination& destination) {
  const auto opened = [&]() -> model::Result<UniqueFd> {
    switch (destination.kind) {
      case model::EventDestination::Kind::file: return open_existing(destination.path);
      case model::EventDestination::Kind::descriptor: return take_descriptor(destination);
      case model::EventDestination::Kind::socket: return connect_to(destination.path);
    }
    return UniqueFd();
  };
  auto fd = opened();
  if (!fd) return std::unexpected(fd.error());
  const bool by_name = destination.kind == model::EventDestination::Kind::file;
  return EventTarget(by_name ? destination.path : "", std::move(*fd));
}

model::Result<UniqueFd> EventTarget::begin() && {
  if (path_.empty()) return std::move(fd_);
  if (!fd_) {
    fd_.reset(::open(path_.c_str(), kOpenFlags | O_CREAT, kPublicMode));
    if (!fd_) return std::unexpected(Failure{"open for events", errno, path_, {}});
  }
  struct stat status {};
  if (::fstat(fd_.get(), &status) == 0 && S_ISREG(status.st_mode) && ::ftruncate(fd_.get(), 0) != 0) {
    return std::unexpected(Failure{"empty for events", errno, path_, {}});
  }
  return std::move(fd_);
}

}  // namespace oversee::os
