// The descendants of this process: listing, naming, signalling and killing them without ever hitting a stranger.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/outcome.hpp"

namespace oversee::os {

struct Descendant {
  pid_t pid;
  pid_t parent;  // as it was when listed
};

// From now on orphans below this process become its children (PR_SET_CHILD_SUBREAPER, prctl(2)); false with errno where
// the kernel does not do that.
bool adopt_orphans();
// No longer: those of its descendants' pass it by.
void pass_orphans_by();

// All live descendants of this process, parents before their children; of others' zombies, those that are not reaped
// yet. A fork in flight may be missed: who needs them all looks again.
std::vector<Descendant> list_descendants();
// The same of a process of ours, zombies included.
std::vector<Descendant> list_descendants(pid_t root);

// By its command line, for which the kernel takes the process's memory lock (mmap_lock), or touches its memory: both
// can take as long as another process likes.
model::ProcessName name_process(pid_t pid);
// By its name alone, "[sleep]": nothing holds that up.
model::ProcessName short_process_name(pid_t pid);

enum class Signalled : std::uint8_t { sent, gone, refused };

// Sends through a pidfd whose parentage was looked at after it was opened, so that a reused pid is never hit. A child
// of ours must not have been reaped.
Signalled signal_descendant(const Descendant& target, int signal);

// Signals all descendants. The group, if any, has no others in it and its leader is unreaped: where /proc is not ours,
// its members that are not our children are reached by it alone, and those of other groups not before they are.
// Returns to how many processes it was sent, as far as they are known one by one.
std::size_t signal_descendants(int signal, std::optional<pid_t> group);

// Kills the whole tree in rounds: stop everything to a fixpoint, so that nothing forks; then KILL. Whoever calls it
// reaps in between: no child left to wait for (ECHILD) is the only proof of an empty tree.
class TreeKill {
 public:
  // A process group that is stopped at one stroke first; only while its leader is unreaped, or it may be another's.
  void stop_group_first(pid_t group) { group_ = group; }
  void leader_reaped() { group_.reset(); }

  // Those children of ours are left alone from now on, with what is below them.
  void spare(std::vector<pid_t> children) { spared_ = std::move(children); }

  // Called now and then during a round, which may take long.
  std::function<void()> on_beat;

  // Returns whether the tree still grows: the next round is due at once, after reaping.
  bool round();

  // How many processes it has stopped, and killed, for the first time each.
  std::size_t done() const { return seen_.size() + killed_.size(); }
  std::size_t killed() const { return killed_.size(); }

  // The children that could not be signalled in the last round: another user's, by setuid.
  const std::vector<pid_t>& refused_children() const { return refused_children_; }

 private:
  void beat();

  std::vector<pid_t> spared_;
  std::optional<pid_t> group_;
  std::unordered_set<pid_t> seen_;
  std::unordered_set<pid_t> killed_;
  std::vector<pid_t> refused_children_;
  int beats_ = 0;
};

// Kills the descendants that a dead guard left to this process, round by round, and reaps those that are its children.
class OrphanKill {
 public:
  struct Beside {
    std::vector<pid_t> spared = {};     // children of ours that are left alone, with what is below them
    std::optional<pid_t> watched = {};  // a child whose status another waits for: killed, and not reaped
  };
  struct Round {
    bool empty = false;  // nothing is left
    bool progressed = false;
  };
  // Never waits.
  Round round(const Beside& beside);

  // Those that were left by the last round, zombies included.
  const std::vector<Descendant>& left() const { return left_; }

 private:
  TreeKill kill_;
  std::vector<Descendant> left_;
};

}  // namespace oversee::os
