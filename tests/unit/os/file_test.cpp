// Files by name: what is refused before a run, logs that cannot block, documents that are replaced whole; and file
// sinks.
#include "os/file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

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

TEST_CASE("check_directory: a directory, also through a link, and nothing else") {
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

TEST_CASE("open_log: a new file, or one that is emptied; links lead to their files") {
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

TEST_CASE("open_log: what could block is refused, with a reader or without") {
  const TemporaryDirectory directory;
  const std::string path = directory.of("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  check_fails(open_log(path), 0, path);
  const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  check_fails(open_log(path), 0, path);
}

TEST_CASE("open_log: says why it cannot") {
  const TemporaryDirectory directory;
  check_fails(open_log(directory.path()), EISDIR, directory.path());
  check_fails(open_log(directory.of("nothing/x")), ENOENT, directory.of("nothing/x"));
}

TEST_CASE("check_replaceable: looks, and changes nothing") {
  const TemporaryDirectory directory;
  write_text(directory.of("old"), "kept");
  CHECK(check_replaceable(directory.of("new")).has_value());
  CHECK(check_replaceable(directory.of("old")).has_value());
  CHECK(check_replaceable("/dev/null").has_value());
  CHECK(count_in(directory.path()) == 1);
  CHECK(text_of(directory.of("old")) == "kept");
  check_fails(check_replaceable(directory.path()), EISDIR, directory.path());
  check_fails(check_replaceable(directory.of("nothing/x")), ENOENT, directory.of("nothing"));
  check_fails(check_replaceable(directory.of("old/x")), ENOTDIR, directory.of("old"));
  CHECK(check_replaceable("in-the-current-directory").has_value());
}

TEST_CASE("replace_file: new, in place of another, and in place of a link") {
  const TemporaryDirectory directory;
  write_text(directory.of("target"), "precious");
  REQUIRE(::symlink("target", directory.of("x").c_str()) == 0);
  for (const std::string text : {"first", "", "third\n"}) {
    REQUIRE(replace_file(directory.of("x"), text).has_value());
    CHECK(text_of(directory.of("x")) == text);
    CHECK(count_in(directory.path()) == 2);
  }
  CHECK(text_of(directory.of("target")) == "precious");
}

TEST_CASE("replace_file: obeys the umask, as any program does") {
  const TemporaryDirectory directory;
  const unsigned before = ::umask(027);
  const auto done = replace_file(directory.of("x"), "");
  ::umask(before);
  REQUIRE(done.has_value());
  struct stat status {};
  REQUIRE(::stat(directory.of("x").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0640);
}

TEST_CASE("replace_file: a device or a pipe is written to, and stays what it is") {
  REQUIRE(replace_file("/dev/null", "x").has_value());
  CHECK(std::filesystem::is_character_file("/dev/null"));
  check_fails(replace_file("/dev/full", "x"), ENOSPC, "/dev/full");

  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  REQUIRE(replace_file("/dev/fd/" + std::to_string(pipe->writer.get()), "document").has_value());
  char buffer[16];
  CHECK(::read(pipe->reader.get(), buffer, sizeof buffer) == 8);
}

TEST_CASE("replace_file: a document that cannot be put in place leaves nothing behind") {
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

TEST_CASE("file sink: an error is told once, and what follows is dropped") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  FileSink sink(full.get());
  std::vector<int> errors;
  sink.on_error = [&](int error) { errors.push_back(error); };
  for (int i = 0; i < 3; ++i) CHECK(sink.write("x"));
  CHECK(errors == std::vector{ENOSPC});
  CHECK(sink.idle());
  FileSink silent(full.get());
  CHECK(silent.write("x"));  // nobody wants to be told
}

TEST_CASE("file sink: a descriptor that is the caller's stays open") {
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  { const FileSink sink(null.get()); }
  CHECK(::fcntl(null.get(), F_GETFD) >= 0);
}

}  // namespace
}  // namespace oversee::os
