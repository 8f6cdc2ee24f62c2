// Tests that one line is read and the rest is left, whatever the input is.
#include "os/shared_line.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "os/descriptor.hpp"

namespace oversee::os {
namespace {

std::string line_of(int fd, std::size_t most = 100) {
  std::array<char, 100> buffer;
  const ssize_t count = read_shared_line(fd, std::span(buffer).first(most));
  return count < 0 ? "error" : std::string(buffer.data(), static_cast<std::size_t>(count));
}

void check_lines(int fd) {
  CHECK(line_of(fd) == "one\n");
  CHECK(line_of(fd, 3) == "\xff\n");
  CHECK(line_of(fd, 3) == "thr");
  CHECK(line_of(fd, 3) == "ee\n");
  std::array<char, 100> rest;
  const ssize_t count = ::read(fd, rest.data(), rest.size());
  CHECK(std::string(rest.data(), static_cast<std::size_t>(count)) == "rest\nand more");
}

constexpr std::string_view kText = "one\n\xff\nthree\nrest\nand more";

TEST_CASE("shared line: from a pipe") {
  auto pipe = make_pipe();
  REQUIRE(write_fully(pipe->writer.get(), kText));
  check_lines(pipe->reader.get());
  REQUIRE(write_fully(pipe->writer.get(), "no end"));
  CHECK(line_of(pipe->reader.get()) == "no end");
  pipe->writer.reset();
  CHECK(line_of(pipe->reader.get()).empty());
}

TEST_CASE("shared line: from a socket") {
  auto pair = make_socket_pair();
  auto& [reader, writer] = *pair;
  REQUIRE(write_fully(writer.get(), kText));
  check_lines(reader.get());
  writer.reset();
  CHECK(line_of(reader.get()).empty());
}

TEST_CASE("shared line: from a file") {
  char name[] = "/tmp/shared-line-XXXXXX";
  const UniqueFd file(::mkstemp(name));
  ::unlink(name);
  REQUIRE(write_fully(file.get(), kText));
  REQUIRE(::lseek(file.get(), 0, SEEK_SET) == 0);
  check_lines(file.get());
  CHECK(line_of(file.get()).empty());
}

TEST_CASE("shared line: from an unreadable descriptor") { CHECK(line_of(-1) == "error"); }

}  // namespace
}  // namespace oversee::os
