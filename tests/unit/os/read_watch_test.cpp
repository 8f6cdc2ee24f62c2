// Tests that the watch over reads distinguishes a read from a write, on a pipe and on a socket.
#include "os/read_watch.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace oversee::os {
namespace {

struct Ends {
  UniqueFd reader, writer;
};

Ends make_ends(bool sockets) {
  if (sockets) {
    auto pair = make_socket_pair();
    return {std::move((*pair)[0]), std::move((*pair)[1])};
  }
  auto pipe = make_pipe();
  return {std::move(pipe->reader), std::move(pipe->writer)};
}

TEST_CASE("read watch: sees a read, but neither a write, nor the end, nor an earlier read") {
  for (const bool sockets : {false, true}) {
    CAPTURE(sockets);
    Ends ends = make_ends(sockets);
    char byte = 'x';
    REQUIRE(::write(ends.writer.get(), "ab", 2) == 2);
    REQUIRE(::read(ends.reader.get(), &byte, 1) == 1);
    ReadWatch watch(ends.reader.get());
    CHECK_FALSE(watch.may_have_been_read());
    REQUIRE(::write(ends.writer.get(), "c", 1) == 1);
    CHECK_FALSE(watch.may_have_been_read());
    REQUIRE(::read(ends.reader.get(), &byte, 1) == 1);
    CHECK(watch.may_have_been_read());
    CHECK(watch.may_have_been_read());
  }
}

TEST_CASE("read watch: an end of file reads nothing") {
  Ends ends = make_ends(false);
  ends.writer.reset();
  ReadWatch watch(ends.reader.get());
  char byte = 'x';
  REQUIRE(::read(ends.reader.get(), &byte, 1) == 0);
  CHECK_FALSE(watch.may_have_been_read());
}

TEST_CASE("read watch: sees recv(2) if the queue is shorter than at the start") {
  Ends ends = make_ends(true);
  REQUIRE(::write(ends.writer.get(), "ab", 2) == 2);
  ReadWatch watch(ends.reader.get());
  char byte = 'x';
  REQUIRE(::recv(ends.reader.get(), &byte, 1, 0) == 1);
  CHECK(watch.may_have_been_read());
}

TEST_CASE("read watch: if nothing can be watched, nothing is reported as unread") {
  ReadWatch watch(-1);
  CHECK(watch.may_have_been_read());
}

}  // namespace
}  // namespace oversee::os
