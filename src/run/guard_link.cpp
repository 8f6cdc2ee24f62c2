// Starts the guard and exchanges messages with it.
#include "run/guard_link.hpp"

#include <fcntl.h>

#include "guard/guard_arguments.hpp"
#include "os/proc.hpp"

namespace oversee::run {
GuardLink::GuardLink(uv::Loop& loop, Callbacks callbacks)
    : loop_(loop), callbacks_(std::move(callbacks)), process_(loop, [this] { callbacks_.on_exit(); }) {}

model::Result<void> GuardLink::start(const Streams& streams, const std::string& run_id) {
  auto sockets = os::make_socket_pair();
  if (!sockets) return std::unexpected(sockets.error());
  auto& [ours, theirs] = *sockets;

  const int inherited[] = {theirs.get(), streams.input, streams.output, streams.error, streams.terminal, streams.slot};
  for (const int fd : inherited) os::keep_over_exec(fd, true);
  const os::UniqueFd nothing(os::open_nothing(O_RDWR | O_CLOEXEC));
  const auto pid = process_.start(
      os::own_executable(),
      guard::guard_arguments(
          {theirs.get(), streams.input, streams.output, streams.error, streams.terminal, streams.slot}, run_id),
      nothing.get());
  for (const int fd : inherited) os::keep_over_exec(fd, false);
  if (!pid) return std::unexpected(pid.error());
  pid_ = *pid;
  channel_.emplace(
      loop_, ours.release(),
      uv::Channel::Callbacks{[this](std::string_view bytes) { received(bytes); }, [this] { callbacks_.on_lost(); }});
  if (channel_->error() == 0) return {};
  process_.kill();
  return std::unexpected(model::Failure{"speak to the guard process", channel_->error(), {}, {}});
}

void GuardLink::send(const guard::Request& request) {
  if (channel_) channel_->send(guard::encode(request));
}

void GuardLink::close() {
  if (channel_) channel_->close();
}

void GuardLink::received(std::string_view bytes) {
  decoder_.feed(bytes);
  while (const auto report = decoder_.next()) callbacks_.on_report(*report);
  if (decoder_.broken()) {
    close();
    callbacks_.on_lost();
  }
}

}  // namespace oversee::run
