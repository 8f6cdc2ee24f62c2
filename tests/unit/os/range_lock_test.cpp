// Tests that byte locks belong to a description, are visible to others, and end with it.
#include "os/range_lock.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "os/descriptor.hpp"
#include "os/file_watch.hpp"

namespace oversee::os {
namespace {

struct SharedFile {
  std::string path = "/tmp/oversee-unit-XXXXXX";
  UniqueFd first{::mkstemp(path.data())};
  UniqueFd second{::open(path.c_str(), O_RDWR | O_CLOEXEC)};

  ~SharedFile() { ::unlink(path.c_str()); }
};

bool readable(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return ::poll(&watched, 1, 0) > 0;
}

TEST_CASE("range lock: another description's lock is seen") {
  const SharedFile file;
  REQUIRE(lock_byte(file.first.get(), std::int64_t{1} << 40));
  CHECK(lock_byte(file.first.get(), std::int64_t{1} << 40));  // locking again changes nothing
  CHECK_FALSE(lock_byte(file.second.get(), std::int64_t{1} << 40));
  CHECK(errno == EAGAIN);
  CHECK(locked_byte(file.second.get(), 0, std::int64_t{1} << 62) == std::int64_t{1} << 40);
  CHECK_FALSE(locked_byte(file.second.get(), 0, std::int64_t{1} << 40).has_value());
  CHECK_FALSE(locked_byte(file.second.get(), 7, 7).has_value());
  CHECK_FALSE(locked_byte(file.first.get(), 0, std::int64_t{1} << 62).has_value());  // its own lock
  unlock_byte(file.first.get(), std::int64_t{1} << 40);
  CHECK(lock_byte(file.second.get(), std::int64_t{1} << 40));
}

TEST_CASE("range lock: a copy of the descriptor keeps it, and closing the last one releases it") {
  SharedFile file;
  REQUIRE(lock_byte(file.first.get(), 3));
  auto copy = duplicate(file.first.get());
  REQUIRE(copy);
  file.first.reset();
  CHECK(locked_byte(file.second.get(), 0, 10) == 3);
  copy->reset();
  CHECK_FALSE(locked_byte(file.second.get(), 0, 10).has_value());
}

TEST_CASE("range lock: waits for the other to release it, and then holds nothing") {
  SharedFile file;
  REQUIRE(lock_byte(file.first.get(), 3));
  bool waited = false;
  std::thread waiter([&] { waited = wait_for_byte(file.second.get(), 3); });
  // Waiting for a lock does not lock.
  CHECK_FALSE(locked_byte(file.first.get(), 0, 10).has_value());
  file.first.reset();
  waiter.join();
  CHECK(waited);
  const UniqueFd third(::open(file.path.c_str(), O_RDWR | O_CLOEXEC));
  CHECK_FALSE(locked_byte(third.get(), 0, 10).has_value());
}

TEST_CASE("file watch: a touch and a writer's close are reported once") {
  SharedFile file;
  FileWatch watch(file.first.get());
  if (watch.fd() < 0) return;  // the user's limit of watches is reached
  CHECK_FALSE(readable(watch.fd()));
  touch(file.second.get());
  CHECK(readable(watch.fd()));
  watch.drain();
  CHECK_FALSE(readable(watch.fd()));
  file.second.reset();
  CHECK(readable(watch.fd()));
}

}  // namespace
}  // namespace oversee::os
