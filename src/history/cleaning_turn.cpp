// Takes turns by a stamp: its date says when, a lock on it who.
#include "history/cleaning_turn.hpp"

#include <sys/file.h>
#include <sys/stat.h>

#include <chrono>

#include "os/clock.hpp"
#include "os/descriptor.hpp"

namespace oversee::history {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenTurns = 1h;
constexpr auto kBetweenPieces = 1min;  // of what one turn was too short for
constexpr auto kEachHalf = 100ms;      // of a turn: the run's caller waits for it

// A date to come is of a clock that was set back since: nobody knows what it is worth.
bool is_time(model::WallTime last, model::WallTime now) { return now - last >= kBetweenTurns || last - now > 1min; }

void set_date(int file, model::WallTime date) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(date);
  const timespec time{seconds.time_since_epoch().count(), (date - seconds).count()};
  const timespec times[] = {time, time};
  ::futimens(file, times);
}

// The stamp, locked; nothing where somebody else has it. The lock goes with the descriptor, however we end.
os::UniqueFd lock_stamp(const RunDirectory& directory, bool is_there) {
  auto file = is_there ? directory.open_to_read(kCleaningStamp) : directory.create(kCleaningStamp);
  if (!file || ::flock(file->get(), LOCK_EX | LOCK_NB) != 0) return {};
  return std::move(*file);
}

}  // namespace

std::optional<Cleaned> take_cleaning_turn(const RunDirectory& directory, const model::Retention& keep,
                                          const std::string& own_id) {
  if (!keep.any()) return {};
  const model::WallTime now = os::read_clock().wall;
  const auto stamp = directory.look(kCleaningStamp);
  if (stamp && (!stamp->is_regular || !is_time(stamp->written, now))) return {};
  const os::UniqueFd lock = lock_stamp(directory, stamp.has_value());
  if (!lock) return {};
  // Again, as somebody may have had the turn between look and lock.
  if (const auto locked = directory.look(kCleaningStamp); stamp && (!locked || !is_time(locked->written, now)))
    return {};
  // Before the work: where that gets us killed, the next run is not to be the next victim.
  set_date(lock.get(), now);
  auto cleaned = clean(directory, {.keep = keep, .spared = own_id, .each_half = kEachHalf});
  if (!cleaned) return {};
  if (!cleaned->whole) set_date(lock.get(), now - kBetweenTurns + kBetweenPieces);
  return std::move(*cleaned);
}

}  // namespace oversee::history
