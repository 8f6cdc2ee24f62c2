// Tests descriptors: ownership and closing, inheritance over exec, whole writes, and queries.
#include "os/descriptor.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <random>

#include "forked.hpp"

namespace oversee::os {
namespace {

using namespace std::chrono_literals;

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
bool is_kept_over_exec(int fd) { return ::fcntl(fd, F_GETFD) == 0; }

UniqueFd open_file(const char* path, int flags = O_RDWR) { return UniqueFd(::open(path, flags | O_CLOEXEC)); }

// A regular file without a name.
UniqueFd open_unnamed_file() {
  char path[] = "/tmp/oversee-unit-XXXXXX";
  UniqueFd file(::mkstemp(path));
  REQUIRE(file);
  ::unlink(path);
  return file;
}

Pipe new_pipe() {
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  return std::move(*pipe);
}

// Fills the pipe; leaves the writer non-blocking.
void fill(const Pipe& pipe) {
  REQUIRE(::fcntl(pipe.writer.get(), F_SETFL, O_NONBLOCK) == 0);
  const std::string page(4096, 'x');
  while (::write(pipe.writer.get(), page.data(), page.size()) > 0) continue;
  REQUIRE(errno == EAGAIN);
}

TEST_CASE("unique fd: closes what it owns once, and can be moved") {
  const int raw = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  {
    UniqueFd one(raw);
    CHECK(one);
    UniqueFd two(std::move(one));
    CHECK_FALSE(one);  // NOLINT: tests the moved-from state
    CHECK(two.get() == raw);
    UniqueFd three;
    CHECK_FALSE(three);
    three = std::move(two);
    CHECK(three.get() == raw);
    CHECK(is_open(raw));
  }
  CHECK_FALSE(is_open(raw));
}

TEST_CASE("unique fd: a new descriptor closes the old one; a released one belongs to the caller") {
  UniqueFd fd = open_file("/dev/null");
  const int first = fd.get();
  UniqueFd other = open_file("/dev/null");
  const int second = other.get();
  fd = std::move(other);
  CHECK_FALSE(is_open(first));
  CHECK(fd.get() == second);
  CHECK(fd.release() == second);
  CHECK_FALSE(fd);
  CHECK(is_open(second));
  fd.reset(second);
  fd.reset();
  CHECK_FALSE(is_open(second));
}

TEST_CASE("descriptors: new ones are closed on exec, unless marked to be kept") {
  const Pipe pipe = new_pipe();
  const auto sockets = make_socket_pair();
  REQUIRE(sockets.has_value());
  const auto copy = duplicate(pipe.reader.get());
  REQUIRE(copy.has_value());
  for (const int fd : {pipe.reader.get(), pipe.writer.get(), (*sockets)[0].get(), (*sockets)[1].get(), copy->get()}) {
    CHECK_FALSE(is_kept_over_exec(fd));
  }
  keep_over_exec(pipe.reader.get(), true);
  CHECK(is_kept_over_exec(pipe.reader.get()));
  CHECK_FALSE(is_kept_over_exec(copy->get()));
  keep_over_exec(pipe.reader.get(), false);
  CHECK_FALSE(is_kept_over_exec(pipe.reader.get()));
}

TEST_CASE("descriptors: a duplicate shares the description, and is never one of 0 to 2") {
  CHECK(exit_of([] {
          ::close(0);
          ::close(1);
          const UniqueFd file = open_unnamed_file();  // takes 0
          const auto copy = duplicate(file.get());
          if (!copy || copy->get() < 3) return 1;
          ::lseek(file.get(), 5, SEEK_SET);
          return ::lseek(copy->get(), 0, SEEK_CUR) == 5 ? 0 : 2;
        }) == 0);
  CHECK_FALSE(duplicate(-1).has_value());
}

TEST_CASE("descriptors: a socket pair is connected both ways") {
  const auto sockets = make_socket_pair();
  REQUIRE(sockets.has_value());
  CHECK(write_fully((*sockets)[0].get(), "a"));
  CHECK(write_fully((*sockets)[1].get(), "b"));
  CHECK(hear<char>((*sockets)[1].get()) == 'a');
  CHECK(hear<char>((*sockets)[0].get()) == 'b');
}

TEST_CASE("descriptors: closed standard streams are opened on /dev/null, open ones left alone") {
  for (int closed = 0; closed < 8; ++closed) {
    CAPTURE(closed);
    CHECK(exit_of([&] {
            const UniqueFd file = open_unnamed_file();
            const auto safe = duplicate(file.get());
            const UniqueFd null = open_file("/dev/null");
            for (int fd = 0; fd <= 2; ++fd) {
              ::dup2(safe->get(), fd);
              if ((closed & (1 << fd)) != 0) ::close(fd);
            }
            open_closed_standard_streams();
            for (int fd = 0; fd <= 2; ++fd) {
              const bool was_closed = (closed & (1 << fd)) != 0;
              if (!is_open(fd) || same_file(fd, safe->get()) == was_closed) return 1 + fd;
              struct stat status {};
              if (was_closed && (::fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode))) return 10 + fd;
            }
            return 0;
          }) == 0);
  }
}

// A blocked write that a signal interrupts has written a part, or nothing (write(2)).
TEST_CASE("write_fully: writes every byte despite short writes and interruptions") {
  std::mt19937_64 random(1);
  std::string bytes(3 << 20, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  Pipe pipe = new_pipe();
  const pid_t pid = fork_child([&] {
    pipe.reader.reset();
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART
    sigaction(SIGUSR1, &action, nullptr);
    return write_fully(pipe.writer.get(), bytes) ? 0 : 1;
  });
  pipe.writer.reset();
  std::string received;
  char buffer[5000];
  while (true) {
    const ssize_t count = ::read(pipe.reader.get(), buffer, sizeof buffer);
    if (count <= 0) break;
    received.append(buffer, static_cast<std::size_t>(count));
    if (received.size() > 100'000) ::kill(pid, SIGUSR1);  // it is writing, so its handler is installed
  }
  CHECK((received == bytes));
  CHECK(status_of(pid) == 0);
}

TEST_CASE("write_fully: a failure is false, with errno") {
  CHECK(write_fully(-1, ""));
  CHECK_FALSE(write_fully(-1, "x"));
  CHECK(errno == EBADF);
  const UniqueFd full = open_file("/dev/full");
  CHECK_FALSE(write_fully(full.get(), "x"));
  CHECK(errno == ENOSPC);
  const Pipe pipe = new_pipe();
  fill(pipe);
  CHECK_FALSE(write_fully(pipe.writer.get(), "x"));
  CHECK(errno == EAGAIN);
}

TEST_CASE("write_patiently: waits for a full non-blocking pipe, and leaves its mode") {
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  REQUIRE(::fcntl(pipe->writer.get(), F_SETFL, O_NONBLOCK) == 0);
  const std::string bytes(1'000'000, 'x');
  const pid_t child = fork_child([&] {
    pipe->writer.reset();
    const auto read = read_all(pipe->reader.get(), "the pipe");
    return read && *read == bytes ? 0 : 1;
  });
  pipe->reader.reset();
  CHECK(write_patiently(pipe->writer.get(), bytes));
  CHECK((::fcntl(pipe->writer.get(), F_GETFL) & O_NONBLOCK) != 0);
  pipe->writer.reset();
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("write_patiently: a failure is false, with errno") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  CHECK_FALSE(write_patiently(full.get(), "x"));
  CHECK(errno == ENOSPC);
}

TEST_CASE("wait_writable: tells whether a small write would fit") {
  const Pipe pipe = new_pipe();
  CHECK(wait_writable(pipe.writer.get(), 0s));
  const int flags = ::fcntl(pipe.writer.get(), F_GETFL);
  fill(pipe);
  CHECK(::fcntl(pipe.writer.get(), F_SETFL, flags) == 0);
  CHECK_FALSE(wait_writable(pipe.writer.get(), 0s));
  CHECK_FALSE(wait_writable(pipe.writer.get(), 1ns));
  CHECK(::fcntl(pipe.writer.get(), F_GETFL) == flags);
}

TEST_CASE("can_block: true for files that another process can stall, not for regular files and memory devices") {
  const Pipe pipe = new_pipe();
  CHECK(can_block(pipe.writer.get()));
  CHECK(can_block(make_socket_pair()->at(0).get()));
  const UniqueFd terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  if (terminal) CHECK(can_block(terminal.get()));
  for (const char* device : {"/dev/null", "/dev/zero", "/dev/full"}) CHECK_FALSE(can_block(open_file(device).get()));
  CHECK_FALSE(can_block(open_unnamed_file().get()));
  CHECK_FALSE(can_block(-1));
}

TEST_CASE("same_file: true only for one file behind two descriptors") {
  const Pipe pipe = new_pipe();
  const Pipe other = new_pipe();
  CHECK(same_file(pipe.writer.get(), duplicate(pipe.writer.get())->get()));
  CHECK(same_file(pipe.writer.get(), pipe.reader.get()));
  CHECK_FALSE(same_file(pipe.writer.get(), other.writer.get()));
  CHECK(same_file(open_file("/dev/null").get(), open_file("/dev/null", O_RDONLY).get()));
  CHECK_FALSE(same_file(open_file("/dev/null").get(), open_file("/dev/zero").get()));
  CHECK_FALSE(same_file(pipe.writer.get(), -1));
  CHECK_FALSE(same_file(-1, -1));
}

TEST_CASE("readable_bytes: the unread bytes of a pipe") {
  Pipe pipe = new_pipe();
  CHECK(readable_bytes(pipe.reader.get()) == 0);
  REQUIRE(write_fully(pipe.writer.get(), "12345"));
  CHECK(readable_bytes(pipe.reader.get()) == 5);
  CHECK(hear<char>(pipe.reader.get()) == '1');
  pipe.writer.reset();
  CHECK(readable_bytes(pipe.reader.get()) == 4);
  CHECK(readable_bytes(-1) == 0);
}

TEST_CASE("read_file: reads everything, whatever the reported size") {
  const auto status = read_file("/proc/self/status");  // stat reports size 0
  REQUIRE(status.has_value());
  CHECK(status->find("\nPid:\t" + std::to_string(::getpid()) + '\n') != std::string::npos);
  const auto missing = read_file("/nothing/here");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().error == ENOENT);
  CHECK(missing.error().subject == "/nothing/here");
  const auto directory = read_file("/");
  REQUIRE_FALSE(directory.has_value());
  CHECK(directory.error().error == EISDIR);
}

}  // namespace
}  // namespace oversee::os
