// At most so many runs of a group at once: what is asked for, how it stands, and the border between who waits for a
// slot and where the slots are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/duration.hpp"
#include "model/failure.hpp"

namespace oversee::model {

// What a run does that finds its group full.
enum class WhenFull : std::uint8_t { wait, fail };
std::string_view to_string(WhenFull what);

struct SlotRequest {
  static constexpr std::size_t kLongestGroup = 64;  // bytes: its name becomes a file's

  std::string group;
  std::uint64_t most = 1;  // runs at once, ours among them
  WhenFull when_full = WhenFull::wait;
  TimeLimit patience = {};  // how long to wait

  bool operator==(const SlotRequest&) const = default;
};

// How a wait for a slot stood when it was looked at.
struct SlotStanding {
  std::string group;
  std::uint64_t most = 1;
  std::uint64_t running = 0;         // of the group
  std::uint64_t before = 0;          // that wait and came first
  std::vector<std::string> holders;  // the ids of the runs that hold slots, the first of them
};

// Quoted where it needs it: it may hold anything.
std::string group_name(const SlotStanding& standing);

// "4 of 4 are taken (by 20261123-121659-k3f9 and 3 more), 3 runs wait before it"
std::string describe(const SlotStanding& standing);

// One run's place among those of its group. Who waits is served in the order of coming.
class SlotQueue {
 public:
  SlotQueue() = default;
  SlotQueue(const SlotQueue&) = delete;
  SlotQueue& operator=(const SlotQueue&) = delete;
  virtual ~SlotQueue() = default;

  enum class Turn : std::uint8_t {
    taken,   // the run has its slot
    first,   // it is the next, and no slot is free
    behind,  // others wait before it
    full,    // and it was not to wait
    busy,    // somebody else is looking just now: ask again in a moment
  };

  // Takes a slot where there is one for us; else, and where the run may wait, a place in the queue if it has none.
  // Never waits.
  virtual Result<Turn> look() = 0;

  // As it is now, for people.
  virtual SlotStanding standing() = 0;

  // The id of the run whose slot ours is, too, as its command started us: waiting for one of our own, we would wait for
  // ourselves. Empty: the slot is ours.
  virtual std::string shared_with() const = 0;

  // With Turn::behind: blocks until the one right before us has left the queue. It owns all it touches, to be called
  // on another thread, and may outlive this.
  virtual std::function<void()> wait_for_next() = 0;

  // With Turn::first: a descriptor that is readable when a slot may have become free; -1: only time helps. It stays
  // this one's.
  virtual int news() = 0;
  virtual void forget_news() = 0;

  // The slot is taken for as long as any process has this descriptor open; -1: there is nothing to keep.
  virtual int held() const = 0;

  // Gives up the slot, or the place in the queue.
  virtual void leave() = 0;
};

}  // namespace oversee::model
