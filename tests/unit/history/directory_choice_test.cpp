// Tests the order of directories for records.
#include "history/directory_choice.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

struct Places {
  TemporaryDirectory temporary;
  TemporaryDirectory first;
  TemporaryDirectory second;
  DirectoryOrder order{.temporary = temporary.path(), .spare = {first.path(), second.path()}, .uid = ::geteuid()};

  std::string usual() const { return temporary.path() + "/oversee-" + std::to_string(order.uid); }
  // Takes the name with a link; another user could do so too, but a unit test has no other user.
  void take_usual() const { REQUIRE(::symlink("/nonexistent", usual().c_str()) == 0); }
};

std::string path_of(const ChosenDirectory& chosen) { return chosen.directory ? chosen.directory->path() : "none"; }

std::string found_path(const DirectoryOrder& order) {
  const auto found = find_directory(order);
  if (!found) return found.error().refused ? "refused" : "unavailable";
  return *found ? path_of(**found) : "none";
}

TEST_CASE("directory choice: below TMPDIR if possible, and then no other is created") {
  const Places places;
  CHECK(found_path(places.order) == "none");
  const auto chosen = choose_directory(places.order);
  CHECK(path_of(chosen) == places.usual());
  CHECK_FALSE(chosen.passed_over.has_value());
  CHECK(found_path(places.order) == places.usual());
  CHECK(::access((places.first.path() + "/oversee").c_str(), F_OK) != 0);
}

TEST_CASE("directory choice: a name taken by another user is skipped, by runs and by readers") {
  const Places places;
  places.take_usual();
  CHECK(found_path(places.order) == "refused");
  const std::string spare = places.first.path() + "/oversee";
  const auto chosen = choose_directory(places.order);
  CHECK(path_of(chosen) == spare);
  REQUIRE(chosen.passed_over.has_value());
  CHECK(chosen.passed_over->refused);
  CHECK(chosen.passed_over->failure.subject == places.usual());
  CHECK(found_path(places.order) == spare);
  // Once it is free again, it is the first choice.
  REQUIRE(::unlink(places.usual().c_str()) == 0);
  CHECK(found_path(places.order) == "none");
  CHECK(path_of(choose_directory(places.order)) == places.usual());
}

TEST_CASE("directory choice: a spare that others can write to, a link or no path is not used") {
  Places places;
  places.take_usual();
  const std::string last = places.second.path() + "/oversee";
  SUBCASE("others can write to it") { REQUIRE(::chmod(places.first.path().c_str(), 0777) == 0); }
  SUBCASE("a group can") { REQUIRE(::chmod(places.first.path().c_str(), 0770) == 0); }
  SUBCASE("its name is taken") { REQUIRE(::symlink("/tmp", (places.first.path() + "/oversee").c_str()) == 0); }
  SUBCASE("it is not there") { places.order.spare[0] += "/not"; }
  SUBCASE("it is no absolute path") { places.order.spare[0] = "."; }
  SUBCASE("it is empty") { places.order.spare[0].clear(); }
  SUBCASE("it is a link") {
    const std::string link = places.temporary.path() + "/link";
    REQUIRE(::symlink(places.first.path().c_str(), link.c_str()) == 0);
    places.order.spare[0] = link;
  }
  CHECK(path_of(choose_directory(places.order)) == last);
  CHECK(found_path(places.order) == last);
}

TEST_CASE("directory choice: without a spare there is none") {
  Places places;
  places.take_usual();
  places.order.spare.clear();
  const auto chosen = choose_directory(places.order);
  CHECK_FALSE(chosen.directory.has_value());
  REQUIRE(chosen.passed_over.has_value());
  CHECK(chosen.passed_over->refused);
  CHECK(found_path(places.order) == "refused");
}

TEST_CASE("directory choice: a missing TMPDIR is its owner's choice") {
  Places places;
  places.order.temporary += "/not";
  const auto chosen = choose_directory(places.order);
  CHECK_FALSE(chosen.directory.has_value());
  REQUIRE(chosen.passed_over.has_value());
  CHECK_FALSE(chosen.passed_over->refused);
  CHECK(found_path(places.order) == "none");
}

}  // namespace
}  // namespace oversee::history
