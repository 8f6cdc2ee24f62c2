// The descendants of this process: listing, naming, signalling and killing them without ever hitting a stranger.
#pragma once

#include <sys/types.h>

#include <optional>
#include <unordered_set>
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

model::ProcessName name_process(pid_t pid);

enum class Signalled : std::uint8_t { sent, gone, refused };

// Sends through a pidfd whose parentage was looked at after it was opened, so that a reused pid is never hit. A child
// of ours must not have been reaped.
Signalled signal_descendant(const Descendant& target, int signal);

// Kills the whole tree in rounds: stop everything to a fixpoint, so that nothing forks; then KILL. Whoever calls it
// reaps in between: no child left to wait for (ECHILD) is the only proof of an empty tree.
class TreeKill {
 public:
  // A process group that is stopped at one stroke first; only while its leader is unreaped, or it may be another's.
  void stop_group_first(pid_t group) { group_ = group; }
  void leader_reaped() { group_.reset(); }

  // Returns whether the tree still grows: the next round is due at once, after reaping.
  bool round();

  // The children that could not be signalled in the last round: another user's, by setuid.
  const std::vector<pid_t>& refused_children() const { return refused_children_; }

 private:
  std::optional<pid_t> group_;
  std::unordered_set<pid_t> seen_;
  std::vector<pid_t> refused_children_;
};

// Kills all descendants and reaps those that become children of this process, but for those whose status another waits
// for. Blocks, for the bound at the most; false if something is left.
bool kill_and_reap(const std::vector<pid_t>& not_to_reap, model::Duration bound);

// The same of all children of this process and what is below them, but for one child, which is left alone with its
// tree.
bool kill_children_except(pid_t spared, model::Duration bound);

}  // namespace oversee::os
