// Tests the life lock: which processes see it, and when it proves nothing.
#include "history/life_lock.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "mechanisms.hpp"
#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

constexpr const char* kId = "20261123-121659-k3fa";
constexpr const char* kOther = "20261123-121659-k3fb";

struct Place {
  TemporaryDirectory parent;
  RunDirectory directory = RunDirectory::open(parent.path(), ::geteuid()).value();

  LockSeen look(const char* id, std::optional<std::uint64_t> inode) const { return look_at_life(directory, id, inode); }
};

TEST_CASE("life lock: held while its owner has it, and each run has its own") {
  const Place place;
  CHECK(place.look(kId, {}) == LockSeen::unknown);
  auto lock = LifeLock::take(place.directory, kId);
  REQUIRE(lock.has_value());
  const std::uint64_t inode = lock->inode();
  CHECK(place.look(kId, inode) == LockSeen::held);
  CHECK(place.look(kId, {}) == LockSeen::held);
  CHECK(place.look(kOther, inode) == LockSeen::free);
  const auto second = LifeLock::take(place.directory, kOther);
  REQUIRE(second.has_value());
  CHECK(place.look(kOther, second->inode()) == LockSeen::held);
  lock.reset();
  CHECK(place.look(kId, inode) == LockSeen::free);
  CHECK(place.look(kOther, inode) == LockSeen::held);
}

TEST_CASE("life lock: a run that recorded none, or another directory's, may be alive") {
  const Place place;
  const Place copy;
  const auto lock = LifeLock::take(place.directory, kId);
  REQUIRE(lock.has_value());
  CHECK(place.look(kOther, {}) == LockSeen::unknown);
  CHECK(copy.look(kId, lock->inode()) == LockSeen::unknown);
}

TEST_CASE("life lock: control: without the lock the life is unknown") {
  const Place place;
  const model::Without no_lock(model::Mechanism::life_lock);
  CHECK_FALSE(LifeLock::take(place.directory, kId).has_value());
  CHECK(place.look(kId, {}) == LockSeen::unknown);
}

}  // namespace
}  // namespace oversee::history
