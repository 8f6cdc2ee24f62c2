// Limits concurrent runs of a group: the request for a slot, the state of the wait, and the interface of the queue.
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

// What a run does if its group is full.
enum class WhenFull : std::uint8_t { wait, fail };
std::string_view to_string(WhenFull what);

struct SlotRequest {
  static constexpr std::size_t kLongestGroup = 64;  // bytes; the group's name becomes a file name

  std::string group;
  std::uint64_t most = 1;  // concurrent runs, this one included
  WhenFull when_full = WhenFull::wait;
  TimeLimit patience = {};  // how long to wait

  bool operator==(const SlotRequest&) const = default;
};

// The state of the queue at one moment, for reports.
struct SlotStanding {
  std::string group;
  std::uint64_t most = 1;
  std::uint64_t running = 0;         // in the group
  std::uint64_t before = 0;          // runs that wait and came earlier
  std::vector<std::string> holders;  // the first of the runs that hold slots
};

// Quoted if needed: the name may hold any characters.
std::string group_name(const SlotStanding& standing);

// "4 of 4 are taken (by 20261123-121659-k3f9 and 3 more), 3 runs wait before it"
std::string describe(const SlotStanding& standing);

// One run's place in its group's queue. Slots are given in order of arrival.
class SlotQueue {
 public:
  SlotQueue() = default;
  SlotQueue(const SlotQueue&) = delete;
  SlotQueue& operator=(const SlotQueue&) = delete;
  virtual ~SlotQueue() = default;

  enum class Turn : std::uint8_t {
    taken,   // the run has its slot
    first,   // it is next, but no slot is free
    behind,  // other runs wait before it
    full,    // no slot is free, and the run may not wait
    busy,    // another process holds the queue's lock: retry soon
  };

  // Takes a free slot if it is this run's turn. Otherwise joins the queue, if the run may wait. Never blocks.
  virtual Result<Turn> look() = 0;

  // The current state, for reports.
  virtual SlotStanding standing() = 0;

  // The id of the ancestor run whose slot this run shares: waiting for its own slot, it would deadlock with the
  // ancestor. Empty: this run has its own slot.
  virtual std::string shared_with() const = 0;

  // For Turn::behind: returns a function that blocks until the run directly ahead leaves the queue. It owns its
  // resources, so it may run on another thread and outlive this object.
  virtual std::function<void()> wait_for_next() = 0;

  // For Turn::first: a descriptor that becomes readable when a slot may be free; -1: retry after a while. This object
  // owns it.
  virtual int news() = 0;
  virtual void forget_news() = 0;

  // The slot stays taken while any process has this descriptor open; -1: no slot to keep.
  virtual int held() const = 0;

  // Gives up the slot or the place in the queue.
  virtual void leave() = 0;
};

}  // namespace oversee::model
