// Control groups, version 2 (cgroups(7), Documentation/admin-guide/cgroup-v2.rst): finds the group of this process and
// creates a group for a command. Works with files and directories only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

// The directory of a group, from the contents of /proc/self/mountinfo and /proc/self/cgroup (proc(5)). None if no
// cgroup2 hierarchy is mounted, or the mount does not contain the group.
std::optional<std::string> cgroup_directory(std::string_view mountinfo, std::string_view cgroup);

// The directory of this process's group.
model::Result<std::string> own_cgroup();

// A group that holds a command and its descendants. It passes no controllers on to groups inside it. Groups created
// inside it are killed and removed with it.
class CgroupLeaf {
 public:
  // Creates the group and opens its files. Success guarantees that cgroup.kill exists (Linux 5.14 or later). Whether a
  // process may join is known only when one tries. The object holds a shared flock(2) on the group, which marks it as
  // in use.
  static model::Result<CgroupLeaf> make(const std::string& parent, const std::string& name);

  const std::string& path() const { return path_; }

  // A process joins by writing "0" to this descriptor. It also needs write access to cgroup.procs of the common
  // ancestor.
  int entry() const { return entry_.get(); }

  // Moves another process into the group. The caller must make sure that the process is not reaped meanwhile, because
  // its process id could be reused.
  bool take_in(pid_t process) const;

 private:
  CgroupLeaf(std::string path, UniqueFd lock, UniqueFd entry)
      : path_(std::move(path)), lock_(std::move(lock)), entry_(std::move(entry)) {}

  std::string path_;
  UniqueFd lock_;
  UniqueFd entry_;
};

// Sends KILL to all processes of the group and of its subgroups atomically (cgroup.kill), so that no fork escapes and
// no reused process id is hit.
bool kill_cgroup(const std::string& path);

// Counts the processes in the group and in its subgroups.
std::uint64_t cgroup_processes(const std::string& path);

// Removes the group and its subgroups. Waits a moment for ending processes; false if processes remain.
bool remove_cgroup(const std::string& path);

// The same, without waiting.
bool remove_empty_cgroup(const std::string& path);

}  // namespace oversee::os
