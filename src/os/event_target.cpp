// Opens files, pipes and sockets for events, and takes over descriptors.
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

// Bounds connect(2) to a listener with a full backlog.
constexpr timeval kConnectBound{.tv_sec = 2, .tv_usec = 0};

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
  // SO_SNDTIMEO also bounds connect(2) (unix(7)).
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

}  // namespace

model::Result<EventTarget> EventTarget::open(const model::EventDestination& destination) {
  switch (destination.kind) {
    case model::EventDestination::Kind::file: return by_name(destination.path);
    case model::EventDestination::Kind::descriptor: return hold(take_descriptor(destination));
    case model::EventDestination::Kind::socket: return hold(connect_to(destination.path));
  }
  return EventTarget({}, UniqueFd());
}

model::Result<EventTarget> EventTarget::hold(model::Result<UniqueFd> fd) {
  if (!fd) return std::unexpected(fd.error());
  return EventTarget({}, std::move(*fd));
}

model::Result<EventTarget> EventTarget::by_name(const std::string& path) {
  const auto failed = [](Failure failure) {
    // A socket has its own syntax.
    if (failure.error == ENXIO) failure.remedy = "it is a socket: write unix:" + failure.subject;
    return std::unexpected(std::move(failure));
  };
  auto found = find_destination(path);
  if (!found) return failed(found.error());
  if (found->kind == Destination::Kind::file) return EventTarget(std::move(*found), UniqueFd());
  return hold(open_output(*found, model::LogMode::truncate, "file for events"));
}

model::Result<UniqueFd> EventTarget::begin() && {
  if (fd_) return std::move(fd_);
  return open_output(file_, model::LogMode::truncate, "file for events");
}

}  // namespace oversee::os
