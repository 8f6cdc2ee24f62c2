// Readiness by epoll(7): an epoll descriptor can itself be polled.
#include "os/readiness.hpp"

#include <poll.h>
#include <sys/epoll.h>

namespace oversee::os {

std::optional<Readiness> Readiness::of(int fd) { return watch(fd, EPOLLIN); }

// EPOLLERR and EPOLLHUP are always reported, even with an empty event mask.
std::optional<Readiness> Readiness::of_departure(int fd) { return watch(fd, 0); }

std::optional<Readiness> Readiness::watch(int fd, unsigned events) {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{};
  event.events = events;
  if (!epoll || ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) return {};
  return Readiness(std::move(epoll));
}

bool readable_now(int fd) {
  pollfd readable{fd, POLLIN, 0};
  return ::poll(&readable, 1, 0) > 0;
}

}  // namespace oversee::os
