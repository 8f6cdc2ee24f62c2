// Tests the run directory: created private, refused if it may be a trap; its files created fresh and replaced whole.
#include "history/run_directory.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

std::string name_for(unsigned uid) { return "oversee-" + std::to_string(uid); }

// A directory with the name of a run directory, as another user may have made it.
struct Parent {
  TemporaryDirectory directory;
  std::string path = directory.of(name_for(::geteuid()));

  std::expected<RunDirectory, Unusable> open() const { return RunDirectory::open(directory.path(), ::geteuid()); }
};

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& each : std::filesystem::directory_iterator(path)) names.push_back(each.path().filename());
  return names;
}

void check_refused(const std::expected<RunDirectory, Unusable>& opened, const std::string& path) {
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().refused);
  CHECK(opened.error().failure.subject == path);
  CHECK_FALSE(opened.error().failure.remedy.empty());
}

TEST_CASE("run directory: is created for its owner alone, whatever the umask is") {
  for (const unsigned mask : {0U, 022U, 077U}) {
    const Parent parent;
    const unsigned before = ::umask(mask);
    const auto directory = parent.open();
    ::umask(before);
    REQUIRE(directory.has_value());
    CHECK(mode_of(parent.path) == 0700);
    CHECK(directory->path_of("x.log") == parent.path + "/x.log");
  }
}

TEST_CASE("run directory: an existing one is used with its contents") {
  const Parent parent;
  REQUIRE(parent.open().has_value());
  write_text(parent.path + "/x", "kept");
  REQUIRE(parent.open().has_value());
  CHECK(text_of(parent.path + "/x") == "kept");
  CHECK(mode_of(parent.path) == 0700);
}

TEST_CASE("run directory: too wide modes are narrowed") {
  for (const unsigned mode : {0777U, 0755U, 0750U, 0701U, 01777U, 02770U}) {
    CAPTURE(mode);
    const Parent parent;
    REQUIRE(::mkdir(parent.path.c_str(), 0700) == 0);
    REQUIRE(::chmod(parent.path.c_str(), mode) == 0);
    REQUIRE(parent.open().has_value());
    CHECK((mode_of(parent.path) & 0777U) == 0700);
  }
}

TEST_CASE("run directory: a link in its place is refused, whatever its target, and left alone") {
  const TemporaryDirectory elsewhere;
  for (const std::string& target : {elsewhere.path(), elsewhere.of("nothing"), std::string("/etc/passwd")}) {
    const Parent parent;
    REQUIRE(::symlink(target.c_str(), parent.path.c_str()) == 0);
    check_refused(parent.open(), parent.path);
    CHECK(std::filesystem::read_symlink(parent.path) == target);
  }
  CHECK(std::filesystem::is_empty(elsewhere.path()));
}

TEST_CASE("run directory: a file or a pipe in its place is refused") {
  const Parent file;
  write_text(file.path, "precious");
  check_refused(file.open(), file.path);
  CHECK(text_of(file.path) == "precious");

  const Parent pipe;
  REQUIRE(::mkfifo(pipe.path.c_str(), 0600) == 0);
  check_refused(pipe.open(), pipe.path);
}

TEST_CASE("run directory: another user's is refused") {
  const TemporaryDirectory directory;
  const unsigned other = ::geteuid() + 1;  // the test's own directory will not belong to this user
  const std::string path = directory.of(name_for(other));
  REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  check_refused(RunDirectory::open(directory.path(), other), path);
}

TEST_CASE("run directory: without its parent it is unavailable, not refused") {
  const TemporaryDirectory directory;
  const auto opened = RunDirectory::open(directory.of("nothing"), ::geteuid());
  REQUIRE_FALSE(opened.has_value());
  CHECK_FALSE(opened.error().refused);
  CHECK(opened.error().failure.error == ENOENT);

  write_text(directory.of("file"), "");
  const auto in_file = RunDirectory::open(directory.of("file"), ::geteuid());
  REQUIRE_FALSE(in_file.has_value());
}

TEST_CASE("run directory: a new file is its owner's alone, and closed on exec") {
  const Parent parent;
  const auto directory = parent.open();
  const unsigned before = ::umask(0);
  const auto file = directory->create("x.log");
  ::umask(before);
  REQUIRE(file.has_value());
  CHECK(mode_of(parent.path + "/x.log") == 0600);
  CHECK(::fcntl(file->get(), F_GETFD) == FD_CLOEXEC);
  REQUIRE(os::write_fully(file->get(), "written"));
  CHECK(text_of(parent.path + "/x.log") == "written");
}

TEST_CASE("run directory: creating refuses any existing file") {
  const Parent parent;
  const auto directory = parent.open();
  const TemporaryDirectory elsewhere;
  write_text(parent.path + "/file", "precious");
  REQUIRE(::symlink(elsewhere.of("victim").c_str(), (parent.path + "/dangling").c_str()) == 0);
  write_text(elsewhere.of("target"), "precious");
  REQUIRE(::symlink(elsewhere.of("target").c_str(), (parent.path + "/link").c_str()) == 0);
  for (const char* name : {"file", "dangling", "link"}) {
    const auto file = directory->create(name);
    REQUIRE_FALSE(file.has_value());
    CHECK(file.error().error == EEXIST);
    CHECK(file.error().subject == parent.path + '/' + name);
  }
  CHECK(text_of(parent.path + "/file") == "precious");
  CHECK(text_of(elsewhere.of("target")) == "precious");
  CHECK_FALSE(std::filesystem::exists(elsewhere.of("victim")));
}

TEST_CASE("run directory: stays the opened one if another replaces it") {
  const Parent parent;
  const auto directory = parent.open();
  const TemporaryDirectory elsewhere;
  const std::string moved = parent.directory.of("moved");
  REQUIRE(::rename(parent.path.c_str(), moved.c_str()) == 0);
  REQUIRE(::symlink(elsewhere.path().c_str(), parent.path.c_str()) == 0);
  REQUIRE(directory->create("x.log").has_value());
  REQUIRE(directory->replace("x.json", "{}").has_value());
  CHECK(std::filesystem::is_empty(elsewhere.path()));
  CHECK(text_of(moved + "/x.json") == "{}");
}

TEST_CASE("run directory: a document is replaced whole, without leftovers") {
  const Parent parent;
  const auto directory = parent.open();
  for (const std::string& text : {std::string("first"), std::string(1 << 20, 'x'), std::string()}) {
    REQUIRE(directory->replace("x.json", text).has_value());
    CHECK(text_of(parent.path + "/x.json") == text);
    CHECK(mode_of(parent.path + "/x.json") == 0600);
    CHECK(names_in(parent.path) == std::vector<std::string>{"x.json"});
  }
}

TEST_CASE("run directory: a killed run's leftover does not block a document") {
  const Parent parent;
  const auto directory = parent.open();
  const TemporaryDirectory elsewhere;
  write_text(elsewhere.of("target"), "precious");
  for (const bool link : {false, true}) {
    const std::string leftover = parent.path + "/.x.json.tmp";
    if (link) {
      REQUIRE(::symlink(elsewhere.of("target").c_str(), leftover.c_str()) == 0);
    } else {
      write_text(leftover, "half of it");
    }
    REQUIRE(directory->replace("x.json", "whole").has_value());
    CHECK(text_of(parent.path + "/x.json") == "whole");
    CHECK(names_in(parent.path).size() == 1);
  }
  CHECK(text_of(elsewhere.of("target")) == "precious");
}

TEST_CASE("run directory: a link in a document's place is replaced, not followed") {
  const Parent parent;
  const auto directory = parent.open();
  const TemporaryDirectory elsewhere;
  write_text(elsewhere.of("target"), "precious");
  REQUIRE(::symlink(elsewhere.of("target").c_str(), (parent.path + "/x.json").c_str()) == 0);
  REQUIRE(directory->replace("x.json", "whole").has_value());
  CHECK(text_of(elsewhere.of("target")) == "precious");
  CHECK_FALSE(std::filesystem::is_symlink(parent.path + "/x.json"));
  CHECK(text_of(parent.path + "/x.json") == "whole");
}

TEST_CASE("run directory: a document that cannot be replaced leaves no leftovers") {
  const Parent parent;
  const auto directory = parent.open();
  REQUIRE(std::filesystem::create_directories(parent.path + "/x.json/full"));
  const auto done = directory->replace("x.json", "whole");
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().error != 0);
  CHECK(done.error().subject == parent.path + "/x.json");
  CHECK(names_in(parent.path) == std::vector<std::string>{"x.json"});
}

TEST_CASE("run directory: a reader sees the old or the new document, never a mix") {
  const Parent parent;
  const auto directory = parent.open();
  const std::string one(100'000, 'a');
  const std::string other(200'000, 'b');
  REQUIRE(directory->replace("x.json", one).has_value());
  std::atomic<bool> reading = false;
  std::atomic<bool> over = false;
  int torn = 0;
  std::thread reader([&] {
    while (!over) {
      const std::string seen = text_of(parent.path + "/x.json");
      if (seen != one && seen != other) ++torn;
      reading = true;
      reading.notify_one();
    }
  });
  reading.wait(false);
  for (int i = 0; i < 200; ++i) CHECK(directory->replace("x.json", i % 2 == 0 ? other : one).has_value());
  over = true;
  reader.join();
  CHECK(torn == 0);
}

}  // namespace
}  // namespace oversee::history
