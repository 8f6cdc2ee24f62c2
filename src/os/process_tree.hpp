// The descendants of this process: lists, names, signals and kills them, and never signals another process.
#pragma once

#include <sys/types.h>

#include <functional>
#include <initializer_list>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/outcome.hpp"
#include "os/frozen_tree.hpp"

namespace oversee::os {

struct Descendant {
  pid_t pid;
  pid_t parent;  // when it was listed
};

// Makes this process adopt the orphans below it (PR_SET_CHILD_SUBREAPER, prctl(2)); false with errno if the kernel
// refuses.
bool adopt_orphans();
// Stops adopting orphans.
void pass_orphans_by();

// Lists all live descendants, parents before their children, and unreaped zombies of other parents. May miss a fork in
// flight, but not an orphan that becomes our child meanwhile; a caller that needs every process must repeat.
std::vector<Descendant> list_descendants();
// Lists the descendants of one of our processes, zombies included.
std::vector<Descendant> list_descendants(pid_t root);

// Names a process by its command line. Reading that takes the process's memory lock (mmap_lock) and touches its memory,
// which can take arbitrarily long.
model::ProcessName name_process(pid_t pid);
// Names a process by its short name, "[sleep]", which never blocks.
model::ProcessName short_process_name(pid_t pid);

enum class Signalled : std::uint8_t { sent, gone, refused };

// Sends the signal through a pidfd and checks the parent after opening it, so that a reused process id is never hit. A
// child of this process must be unreaped.
Signalled signal_descendant(const Descendant& target, int signal);

// Sends each signal in turn to all descendants that were alive at the call. They are listed once, because a process
// that the first signal ends leaves its children to us unseen. `group`, if set, must contain only descendants, and its
// leader must be unreaped. It is used only if /proc is not ours: members that are not our children are reached through
// it. Returns the number of listed processes that got a signal.
std::size_t signal_descendants(std::initializer_list<int> signals, std::optional<pid_t> group);

// Kills the whole tree in rounds: first stops every process until no new one appears, so that nothing forks; then sends
// KILL. The caller must reap between rounds: only ECHILD from wait(2) proves that the tree is empty.
class TreeKill {
 public:
  // Stops this process group first, with one call. Its leader must be unreaped, because the group id could be reused
  // otherwise.
  void stop_group_first(pid_t group) { group_ = group; }
  void leader_reaped() { group_.reset(); }

  // Excludes these children and their descendants from now on.
  void spare(std::vector<pid_t> children) { spared_ = std::move(children); }

  // Called regularly during a round, which may take long.
  std::function<void()> on_beat;

  // Returns whether the tree still grows. Then the next round is due immediately after reaping.
  bool round();

  // The number of processes stopped so far plus the number killed, each counted once.
  std::size_t done() const { return seen_.size() + killed_.size(); }
  std::size_t killed() const { return killed_.size(); }

  // Our children that could not be signalled in the last round because they belong to another user (setuid).
  const std::vector<pid_t>& refused_children() const { return refused_children_; }

 private:
  void beat();

  std::vector<pid_t> spared_;
  std::optional<pid_t> group_;
  std::unordered_set<pid_t> seen_;
  std::unordered_set<pid_t> killed_;
  std::vector<pid_t> refused_children_;
  int beats_ = 0;
  FrozenTree frozen_;
};

// Kills the descendants that a dead guard left to this process, round by round, and reaps our children among them.
class OrphanKill {
 public:
  struct Beside {
    std::vector<pid_t> spared = {};     // children that are excluded, with their descendants
    std::optional<pid_t> watched = {};  // killed but not reaped: another part waits for its status
  };
  struct Round {
    bool empty = false;  // no descendants remain
    bool progressed = false;
  };
  // Never blocks.
  Round round(const Beside& beside);

  // The descendants that remained after the last round, zombies included.
  const std::vector<Descendant>& left() const { return left_; }

 private:
  TreeKill kill_;
  std::vector<Descendant> left_;
};

}  // namespace oversee::os
