// Tests files by name: refusals before a run, logs that cannot block, documents that are replaced whole; and file
// sinks.
#include "os/file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>

#include "../history/temporary_directory.hpp"
#include "os/file_sink.hpp"

namespace oversee::os {
namespace {

using history::TemporaryDirectory;
using history::text_of;
using history::write_text;

std::size_t count_in(const std::string& path) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
}

template <class Value>
void check_fails(const model::Result<Value>& result, int error, const std::string& subject) {
  CAPTURE(subject);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().error == error);
  CHECK(result.error().subject == subject);
}

TEST_CASE("check_directory: accepts only a directory, also through a link") {
  const TemporaryDirectory directory;
  write_text(directory.of("file"), "");
  REQUIRE(::symlink(directory.path().c_str(), directory.of("link").c_str()) == 0);
  CHECK(check_directory(directory.path(), "use it").has_value());
  CHECK(check_directory(directory.of("link"), "use it").has_value());
  const auto missing = check_directory(directory.of("nothing"), "use it");
  check_fails(missing, ENOENT, directory.of("nothing"));
  CHECK(missing.error().stage == "use it");
  CHECK_FALSE(missing.error().remedy.empty());
  check_fails(check_directory(directory.of("file"), "use it"), ENOTDIR, directory.of("file"));
}

TEST_CASE("open_log: a new file or an emptied one; links lead to their files") {
  const TemporaryDirectory directory;
  REQUIRE(open_log(directory.of("new")).has_value());
  CHECK(text_of(directory.of("new")).empty());
  write_text(directory.of("old"), "of the last run");
  REQUIRE(::symlink("old", directory.of("link").c_str()) == 0);
  const auto log = open_log(directory.of("link"));
  REQUIRE(log.has_value());
  CHECK(::fcntl(log->get(), F_GETFD) == FD_CLOEXEC);
  REQUIRE(write_fully(log->get(), "x"));
  CHECK(text_of(directory.of("old")) == "x");
  CHECK(open_log("/dev/null").has_value());
}

std::unique_ptr<UniqueFd> reader_of(const std::string& fifo) {
  return std::make_unique<UniqueFd>(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

TEST_CASE("open_log: a FIFO is opened if it has a reader, and refused after a moment if not") {
  const TemporaryDirectory directory;
  const std::string path = directory.of("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  check_fails(open_log(path), ENXIO, path);
  const auto reader = reader_of(path);
  CHECK(open_log(path).has_value());
}

TEST_CASE("open_log: reports the reason of a failure") {
  const TemporaryDirectory directory;
  check_fails(open_log(directory.path()), EISDIR, directory.path());
  check_fails(open_log(directory.of("nothing/x")), ENOENT, directory.of("nothing"));
}

model::Result<UniqueFd> open_by(const std::string& path, model::LogMode mode) {
  return open_output(*find_destination(path), mode, "log");
}

TEST_CASE("open_output: a file that another process writes to is neither emptied nor rotated") {
  const TemporaryDirectory directory;
  const std::string path = directory.of("log");
  const auto first = open_by(path, model::LogMode::truncate);
  REQUIRE(first.has_value());
  REQUIRE(write_fully(first->get(), "first\n"));
  check_fails(open_by(path, model::LogMode::truncate), 0, path);
  check_fails(open_by(path, model::LogMode::rotate), 0, path);
  CHECK(count_in(directory.path()) == 1);
  {
    const auto second = open_by(path, model::LogMode::append);
    REQUIRE(second.has_value());
    REQUIRE(write_fully(second->get(), "second\n"));
    REQUIRE(write_fully(first->get(), "third\n"));
  }
  CHECK(text_of(path) == "first\nsecond\nthird\n");
}

TEST_CASE("open_output: appended output starts on a new line") {
  const TemporaryDirectory directory;
  write_text(directory.of("log"), "cut");
  const auto log = open_by(directory.of("log"), model::LogMode::append);
  REQUIRE(log.has_value());
  REQUIRE(write_fully(log->get(), "next\n"));
  CHECK(text_of(directory.of("log")) == "cut\nnext\n");
}

TEST_CASE("open_output: logs are rotated up to a number, with their modes") {
  const TemporaryDirectory directory;
  const std::string path = directory.of("log");
  write_text(path, "0");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  for (int i = 1; i <= 12; ++i) {
    const auto log = open_by(path, model::LogMode::rotate);
    REQUIRE(log.has_value());
    struct stat status {};
    REQUIRE(::fstat(log->get(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0640);
    REQUIRE(write_fully(log->get(), std::to_string(i)));
  }
  CHECK(text_of(path) == "12");
  CHECK(text_of(path + ".1") == "11");
  CHECK(text_of(path + ".9") == "3");
  CHECK(count_in(directory.path()) == 10);
  // An empty log is not rotated.
  write_text(path, "");
  REQUIRE(open_by(path, model::LogMode::rotate).has_value());
  CHECK(text_of(path + ".1") == "11");
}

TEST_CASE("find_destination: only looks, and changes nothing") {
  const TemporaryDirectory directory;
  write_text(directory.of("old"), "kept");
  CHECK(find_destination(directory.of("new")).has_value());
  CHECK(find_destination(directory.of("old"))->exists);
  CHECK(find_destination("/dev/null")->kind == Destination::Kind::device);
  CHECK(count_in(directory.path()) == 1);
  CHECK(text_of(directory.of("old")) == "kept");
  check_fails(find_destination(directory.path()), EISDIR, directory.path());
  check_fails(find_destination(directory.of("nothing/x")), ENOENT, directory.of("nothing"));
  check_fails(find_destination(directory.of("old/x")), ENOTDIR, directory.of("old"));
  CHECK(find_destination("in-the-current-directory").has_value());
}

TEST_CASE("find_destination: descriptors of this process, under each of their names") {
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  const std::string number = std::to_string(pipe->writer.get());
  for (const std::string name : {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", "/dev/../dev/fd/"}) {
    CAPTURE(name);
    CHECK(find_destination(name + number)->descriptor == pipe->writer.get());
  }
  CHECK(find_destination("/dev/fd/" + std::to_string(pipe->reader.get())).error().error == EBADF);
  CHECK(find_destination("/dev/fd/999").error().error == EBADF);
  const TemporaryDirectory directory;
  REQUIRE(::symlink(("/dev/fd/" + number).c_str(), directory.of("link").c_str()) == 0);
  CHECK(find_destination(directory.of("link"))->descriptor == pipe->writer.get());
}

TEST_CASE("find_destination: circular links, a socket, another user's link in a shared directory") {
  const TemporaryDirectory directory;
  REQUIRE(::symlink("b", directory.of("a").c_str()) == 0);
  REQUIRE(::symlink("a", directory.of("b").c_str()) == 0);
  check_fails(find_destination(directory.of("a")), ELOOP, directory.of("a"));
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  directory.of("s").copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  check_fails(find_destination(directory.of("s")), ENXIO, directory.of("s"));
  if (::geteuid() != 0) return;
  constexpr unsigned kNobody = 65534;
  REQUIRE(::symlink("target", directory.of("trap").c_str()) == 0);
  REQUIRE(::lchown(directory.of("trap").c_str(), kNobody, kNobody) == 0);
  CHECK(find_destination(directory.of("trap")).has_value());
  REQUIRE(::chmod(directory.path().c_str(), 01777) == 0);
  check_fails(find_destination(directory.of("trap")), EACCES, directory.of("trap"));
}

struct stat status_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

TEST_CASE("replace_file: a new file, an existing one, or a link's target, where the link stays") {
  const TemporaryDirectory directory;
  REQUIRE(::symlink("target", directory.of("x").c_str()) == 0);
  for (const std::string text : {"first", "", "third\n"}) {
    REQUIRE(replace_file(directory.of("x"), text).has_value());
    CHECK(text_of(directory.of("target")) == text);
    CHECK(count_in(directory.path()) == 2);
  }
  CHECK(S_ISLNK(status_of(directory.of("x")).st_mode));
}

TEST_CASE("replace_file: a new file is its owner's alone") {
  const TemporaryDirectory directory;
  REQUIRE(replace_file(directory.of("x"), "").has_value());
  CHECK((status_of(directory.of("x")).st_mode & 0777U) == 0600);
}

TEST_CASE("replace_file: keeps owner, group, mode and attributes, and readers see the old or the new") {
  const TemporaryDirectory directory;
  const std::string path = directory.of("x");
  write_text(path, "old");
  const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  constexpr unsigned kNobody = 65534;
  const bool root = ::geteuid() == 0;
  if (root) REQUIRE(::chown(path.c_str(), kNobody, kNobody) == 0);
  REQUIRE(::chmod(path.c_str(), 0664) == 0);
  const bool attributes = ::setxattr(path.c_str(), "user.test", "value", 5, 0) == 0;
  REQUIRE(replace_file(path, "new").has_value());
  const struct stat status = status_of(path);
  CHECK((status.st_mode & 0777U) == 0664);
  if (root) CHECK((status.st_uid == kNobody && status.st_gid == kNobody));
  char value[16];
  if (attributes) CHECK(::getxattr(path.c_str(), "user.test", value, sizeof value) == 5);
  CHECK(*read_all(reader.get(), path) == "old");
  CHECK(text_of(path) == "new");
}

TEST_CASE("replace_file: a file with two names is written in place and keeps both") {
  const TemporaryDirectory directory;
  write_text(directory.of("x"), "a longer text than that");
  REQUIRE(::link(directory.of("x").c_str(), directory.of("y").c_str()) == 0);
  REQUIRE(replace_file(directory.of("x"), "new").has_value());
  CHECK(text_of(directory.of("y")) == "new");
}

TEST_CASE("replace_file: a device or a pipe is written to, not replaced") {
  REQUIRE(replace_file("/dev/null", "x").has_value());
  CHECK(std::filesystem::is_character_file("/dev/null"));
  check_fails(replace_file("/dev/full", "x"), ENOSPC, "/dev/full");

  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  REQUIRE(replace_file("/dev/fd/" + std::to_string(pipe->writer.get()), "document").has_value());
  char buffer[16];
  CHECK(::read(pipe->reader.get(), buffer, sizeof buffer) == 8);
}

TEST_CASE("replace_file: a FIFO with a reader is written to; without one it is an error, not an endless wait") {
  const TemporaryDirectory directory;
  const std::string path = directory.of("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  check_fails(replace_file(path, "x"), ENXIO, path);
  const auto reader = reader_of(path);
  REQUIRE(replace_file(path, "document").has_value());
  char buffer[16];
  CHECK(::read(reader->get(), buffer, sizeof buffer) == 8);
  CHECK(S_ISFIFO(status_of(path).st_mode));
}

TEST_CASE("replace_file: a failure leaves no leftovers") {
  const TemporaryDirectory directory;
  REQUIRE_FALSE(replace_file(directory.of("nothing/x"), "text").has_value());
  CHECK(count_in(directory.path()) == 0);
}

TEST_CASE("file sink: writes at once, and is never full") {
  const TemporaryDirectory directory;
  FileSink sink(std::move(*open_log(directory.of("x"))));
  CHECK(sink.write("one"));
  CHECK(text_of(directory.of("x")) == "one");
  CHECK(sink.write(" two"));
  CHECK(text_of(directory.of("x")) == "one two");
  CHECK(sink.idle());
}

TEST_CASE("file sink: an error is reported once, and later bytes are dropped") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  FileSink sink(full.get());
  std::vector<int> errors;
  sink.on_error = [&](int error) { errors.push_back(error); };
  for (int i = 0; i < 3; ++i) CHECK(sink.write("x"));
  CHECK(errors == std::vector{ENOSPC});
  CHECK(sink.idle());
  FileSink silent(full.get());
  CHECK(silent.write("x"));  // without a callback for errors
}

TEST_CASE("file sink: a renamed or emptied file continues under its name, with its head") {
  const TemporaryDirectory directory;
  const std::string path = directory.of("log");
  auto file = open_log(path);
  REQUIRE(file.has_value());
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  FileSink sink(std::move(*file), path, "head\n");
  (void)sink.write("head\none\n");
  REQUIRE(::rename(path.c_str(), directory.of("log.1").c_str()) == 0);
  (void)sink.write("two\n");
  CHECK(text_of(directory.of("log.1")) == "head\none\n");
  CHECK(text_of(path) == "head\ntwo\n");
  CHECK((status_of(path).st_mode & 0777U) == 0640);
  REQUIRE(::truncate(path.c_str(), 0) == 0);
  (void)sink.write("three\n");
  CHECK(text_of(path) == "head\nthree\n");
  REQUIRE(::unlink(path.c_str()) == 0);
  (void)sink.write("four\n");
  CHECK(text_of(path) == "head\nfour\n");
}

TEST_CASE("file sink: if the name leads to another kind of file, the open one is kept") {
  const TemporaryDirectory directory;
  const std::string path = directory.of("log");
  FileSink sink(std::move(*open_log(path)), path, "");
  REQUIRE(::rename(path.c_str(), directory.of("old").c_str()) == 0);
  REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  (void)sink.write("x");
  CHECK(text_of(directory.of("old")) == "x");
}

TEST_CASE("file sink: a descriptor of the caller stays open") {
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  { const FileSink sink(null.get()); }
  CHECK(::fcntl(null.get(), F_GETFD) >= 0);
}

}  // namespace
}  // namespace oversee::os
