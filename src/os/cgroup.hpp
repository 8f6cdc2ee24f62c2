// Control groups, version 2 (cgroups(7), Documentation/admin-guide/cgroup-v2.rst): where this process is in the
// hierarchy, and a group of its own for what it starts. Files and directories, nothing else.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

// The directory of a group, by the texts of /proc/self/mountinfo and /proc/self/cgroup (proc(5)); none where no
// hierarchy of version 2 is mounted, or the group is outside of what is mounted.
std::optional<std::string> cgroup_directory(std::string_view mountinfo, std::string_view cgroup);

// That of this process.
model::Result<std::string> own_cgroup();

// A group below ours, with no controllers for groups in it, that holds a command and all that comes of it. Groups that
// are made in it are of it: killed and removed with it.
class CgroupLeaf {
 public:
  // Makes it and opens its files, so that whoever has it can be sure of cgroup.kill (since Linux 5.14). Whether a
  // process may join shows when one does. While this lives, the group has a lock (flock(2)) that says that it is in
  // use.
  static model::Result<CgroupLeaf> make(const std::string& parent, const std::string& name);

  const std::string& path() const { return path_; }

  // A process that writes "0" to this joins, if it may write to the cgroup.procs of their common ancestor, too.
  int entry() const { return entry_.get(); }

  // Moves another process in; it must not be able to end and be reaped meanwhile, or its number may be a stranger's.
  bool take_in(pid_t process) const;

 private:
  CgroupLeaf(std::string path, UniqueFd lock, UniqueFd entry)
      : path_(std::move(path)), lock_(std::move(lock)), entry_(std::move(entry)) {}

  std::string path_;
  UniqueFd lock_;
  UniqueFd entry_;
};

// KILLs all processes of the group and of those in it, at one stroke: no fork escapes, and no process is another
// user's (cgroup.kill).
bool kill_cgroup(const std::string& path);

// How many processes are in the group and in those in it.
std::uint64_t cgroup_processes(const std::string& path);

// Removes the group and those in it, once nobody is left there; false where somebody is.
bool remove_cgroup(const std::string& path);

// The same, without waiting for those who are about to be gone.
bool remove_empty_cgroup(const std::string& path);

}  // namespace oversee::os
