// Takes turns with a stamp file: its mtime is the last cleaning; a lock keeps it to one cleaner.
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
constexpr auto kBetweenPieces = 1min;  // until the next turn, if this one ran out of time
constexpr auto kEachHalf = 100ms;      // of a turn: the caller of the run waits for it

// A stamp in the future means that the clock was set back, so it is ignored.
bool is_time(model::WallTime last, model::WallTime now) { return now - last >= kBetweenTurns || last - now > 1min; }

void set_date(int file, model::WallTime date) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(date);
  const timespec time{seconds.time_since_epoch().count(), (date - seconds).count()};
  const timespec times[] = {time, time};
  ::futimens(file, times);
}

// The locked stamp; empty if another process holds the lock. The kernel releases the lock however this process ends.
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
  // Checks again: another process may have had its turn between look and lock.
  if (const auto locked = directory.look(kCleaningStamp); stamp && (!locked || !is_time(locked->written, now)))
    return {};
  // Set before the work: if cleaning kills this process, the next run must not repeat it at once.
  set_date(lock.get(), now);
  auto cleaned = clean(directory, {.keep = keep, .spared = own_id, .each_half = kEachHalf});
  if (!cleaned) return {};
  if (!cleaned->whole) set_date(lock.get(), now - kBetweenTurns + kBetweenPieces);
  return std::move(*cleaned);
}

}  // namespace oversee::history
