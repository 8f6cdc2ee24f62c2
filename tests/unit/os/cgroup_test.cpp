// Tests control groups: locating a process's group in /proc, and operations on groups, on a tree of plain files.
#include "os/cgroup.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>

#include "../history/temporary_directory.hpp"
#include "model/cgroup_name.hpp"
#include "os/cgroup_account.hpp"
#include "os/cgroup_controllers.hpp"
#include "os/cgroup_sweep.hpp"

namespace oversee::os {
namespace {

using namespace std::chrono_literals;
using history::TemporaryDirectory;
using history::text_of;
using history::write_text;

constexpr std::string_view kUnified =
    "22 1 0:5 / / rw,relatime - ext4 /dev/root rw\n"
    "30 22 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr std::string_view kHybrid =
    "34 30 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
// In a container: its own group is mounted at the usual place, part of another hierarchy elsewhere.
constexpr std::string_view kBound =
    "50 40 0:37 /other /mnt/a\\040b rw - cgroup2 cgroup2 rw\n"
    "51 40 0:37 /docker/c1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

TEST_CASE("cgroup: a process's group is found by its mount") {
  struct Case {
    std::string_view mountinfo;
    std::string_view cgroup;
    std::optional<std::string> directory;
  };
  const std::array cases{
      Case{kUnified, "0::/\n", "/sys/fs/cgroup"},
      Case{kUnified, "0::/user.slice/run-1.scope\n", "/sys/fs/cgroup/user.slice/run-1.scope"},
      Case{kHybrid, "4:memory:/x\n1:name=systemd:/y\n0::/\n", "/sys/fs/cgroup/unified"},
      Case{kHybrid, "0::/a b\n", "/sys/fs/cgroup/unified/a b"},
      Case{kBound, "0::/docker/c1\n", "/sys/fs/cgroup"},
      Case{kBound, "0::/docker/c1/inner\n", "/sys/fs/cgroup/inner"},
      Case{kBound, "0::/other/x\n", "/mnt/a b/x"},
      // A name that only starts like the mount's root; a group above it; one outside the namespace; a removed one.
      Case{kBound, "0::/docker/c11\n", std::nullopt},
      Case{kBound, "0::/docker\n", std::nullopt},
      Case{kUnified, "0::/../elsewhere\n", std::nullopt},
      Case{kUnified, "0::/gone (deleted)\n", std::nullopt},
      // Only version 1; nothing at all.
      Case{kUnified, "4:memory:/x\n", std::nullopt},
      Case{"34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "0::/\n", std::nullopt},
      Case{"", "", std::nullopt},
      Case{"40 30 0:37 / /sys/fs/cgroup/unified rw,relatime", "0::/\n", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.cgroup);
    CHECK(cgroup_directory(c.mountinfo, c.cgroup) == c.directory);
  }
}

TEST_CASE("cgroup: a failing leaf reports the path and the reason, and leaves nothing") {
  const TemporaryDirectory there;
  const auto nowhere = CgroupLeaf::make(there.of("gone"), "leaf");
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().error == ENOENT);
  CHECK(nowhere.error().subject == there.of("gone/leaf"));

  // No cgroup hierarchy: a new directory lacks the files of a group.
  const auto plain = CgroupLeaf::make(there.path(), "leaf");
  REQUIRE_FALSE(plain.has_value());
  CHECK(plain.error().error == ENOENT);
  CHECK(plain.error().subject == there.of("leaf/cgroup.procs"));
  CHECK_FALSE(std::filesystem::exists(there.of("leaf")));

  std::filesystem::create_directory(there.of("taken"));
  const auto taken = CgroupLeaf::make(there.path(), "taken");
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().error == EEXIST);
  CHECK(std::filesystem::exists(there.of("taken")));
}

TEST_CASE("cgroup: killed by one byte, if the group exists") {
  const TemporaryDirectory there;
  write_text(there.of("cgroup.kill"), "");
  CHECK(kill_cgroup(there.path()));
  CHECK(text_of(there.of("cgroup.kill")) == "1");
  CHECK_FALSE(kill_cgroup(there.of("gone")));
}

TEST_CASE("cgroup: removed with its children") {
  const TemporaryDirectory there;
  std::filesystem::create_directories(there.of("leaf/inner/innermost"));
  std::filesystem::create_directories(there.of("leaf/other"));
  CHECK(remove_cgroup(there.of("leaf")));
  CHECK_FALSE(std::filesystem::exists(there.of("leaf")));
  CHECK(remove_cgroup(there.of("leaf")));  // success even if another process removed it

  std::filesystem::create_directory(there.of("kept"));
  write_text(there.of("kept/file"), "x");
  CHECK_FALSE(remove_cgroup(there.of("kept")));
}

TEST_CASE("cgroup: a real leaf, if this process may make one") {
  const auto parent = own_cgroup();
  if (!parent) return;
  const auto leaf = CgroupLeaf::make(*parent, "oversee-unit-" + std::to_string(::getpid()));
  if (!leaf) return;
  CHECK(leaf->path().starts_with(*parent));
  CHECK(::fcntl(leaf->entry(), F_GETFD) == FD_CLOEXEC);
  CHECK(kill_cgroup(leaf->path()));  // it is empty
  CHECK(remove_cgroup(leaf->path()));
  CHECK_FALSE(std::filesystem::exists(leaf->path()));
}

TEST_CASE("cgroup: a leaf is locked while in use, and may be swept afterwards") {
  const auto parent = own_cgroup();
  if (!parent) return;
  const std::string name = model::cgroup_name("20260101-000000-unit", static_cast<int>(::getpid()));
  auto leaf = CgroupLeaf::make(*parent, name);
  if (!leaf) return;
  const std::string path = leaf->path();
  (void)sweep_cgroups(*parent, 10s);
  CHECK(std::filesystem::exists(path));
  { const CgroupLeaf gone = std::move(*leaf); }
  CHECK(sweep_cgroups(*parent, 10s) >= 1);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("cgroup: the sweep skips other names, non-groups, and the rest when its time is over") {
  const TemporaryDirectory there;
  for (const char* name : {"other", "oversee-20260101-000000-abcd-1", "oversee-20260101-000000-abcd-2"}) {
    std::filesystem::create_directory(there.of(name));
  }
  CHECK(sweep_cgroups(there.path(), 10s) == 0);
  CHECK(sweep_cgroups(there.of("gone"), 10s) == 0);
  CHECK(sweep_cgroups(there.path(), 0s) == 0);
  CHECK(std::filesystem::exists(there.of("oversee-20260101-000000-abcd-1")));
}

TEST_CASE("cgroup: reads usage and limits from the files") {
  const TemporaryDirectory there;
  write_text(there.of("cpu.stat"), "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 0\n");
  write_text(there.of("memory.current"), "4096\n");
  write_text(there.of("memory.peak"), "8192\n");
  for (const char* file : {"memory.max", "memory.oom.group", "pids.max"}) write_text(there.of(file), "");
  const auto cpu = cgroup_cpu(there.path());
  REQUIRE(cpu.has_value());
  CHECK(cpu->user == 20us);
  CHECK(cpu->system == 10us);
  CHECK(cgroup_memory(there.path()) == 4096);
  CHECK(cgroup_memory_peak(there.path()) == 8192);
  CHECK(limit_cgroup_memory(there.path(), 1 << 20));
  CHECK(text_of(there.of("memory.max")) == "1048576");
  CHECK(text_of(there.of("memory.oom.group")) == "1");
  CHECK(limit_cgroup_tasks(there.path(), 1024));
  CHECK(text_of(there.of("pids.max")) == "1024");

  CHECK_FALSE(cgroup_cpu(there.of("gone")).has_value());
  CHECK_FALSE(cgroup_memory(there.of("gone")).has_value());
  CHECK_FALSE(limit_cgroup_memory(there.of("gone"), 1));
  CHECK_FALSE(limit_cgroup_tasks(there.of("gone"), 1));
}

TEST_CASE("cgroup: a kill for memory counts only if the group's own limit was reached") {
  const TemporaryDirectory there;
  CHECK_FALSE(killed_for_memory(there.path()));
  struct Case {
    std::string_view events;
    bool killed;
  };
  const std::array cases{
      Case{"low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n", false},
      Case{"low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\noom_group_kill 1\n", true},
      Case{"max 9\noom 0\noom_kill 3\noom_group_kill 1\n", false},  // the machine's limit, or one around the group
      Case{"max 9\noom 1\noom_kill 0\noom_group_kill 0\n", false},  // an allocation failed, but no process was killed
      Case{"max 9\noom 1\noom_kill 3\n", true},                     // before Linux 5.17
      Case{"max 9\noom 0\noom_kill 3\n", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.events);
    write_text(there.of("memory.events.local"), std::string(c.events));
    CHECK(killed_for_memory(there.path()) == c.killed);
  }
}

TEST_CASE("cgroup: refused forks count only at the group's own limit") {
  const TemporaryDirectory there;
  CHECK_FALSE(refused_tasks(there.path(), 100));
  write_text(there.of("pids.events"), "max 3\n");
  write_text(there.of("pids.current"), "20\n");
  CHECK_FALSE(refused_tasks(there.path(), 100));
  write_text(there.of("pids.current"), "90\n");
  CHECK(refused_tasks(there.path(), 100));
  write_text(there.of("pids.peak"), "99\n");
  CHECK_FALSE(refused_tasks(there.path(), 100));
  write_text(there.of("pids.peak"), "100\n");
  CHECK(refused_tasks(there.path(), 100));
  write_text(there.of("pids.events"), "max 0\n");
  CHECK_FALSE(refused_tasks(there.path(), 100));
}

TEST_CASE("cgroup: controllers are parsed from a list, and delegated if the group is the root") {
  CHECK(controllers_in("cpuset cpu io memory hugetlb pids rdma\n") == Controllers{.memory = true, .pids = true});
  CHECK(controllers_in("memory_hotplug pids") == Controllers{.memory = false, .pids = true});
  CHECK_FALSE(controllers_in("").any());

  const TemporaryDirectory there;
  write_text(there.of("cgroup.controllers"), "cpu memory\n");
  write_text(there.of("cgroup.subtree_control"), "");
  const HandedOn root(there.path(), {.memory = true, .pids = true}, "aside", 1);
  CHECK(root.controllers() == Controllers{.memory = true, .pids = false});
  CHECK(text_of(there.of("cgroup.subtree_control")) == "+memory ");

  // Controllers that are enabled already are used as they are.
  write_text(there.of("cgroup.subtree_control"), "memory pids\n");
  const HandedOn already(there.path(), {.memory = true, .pids = false}, "aside", 1);
  CHECK(already.controllers() == Controllers{.memory = true, .pids = true});
  CHECK(text_of(there.of("cgroup.subtree_control")) == "memory pids\n");
}

TEST_CASE("cgroup: with other processes in it, no group is made for delegation") {
  const TemporaryDirectory around;
  const std::string group = around.of(model::cgroup_name("20260101-000000-abcd", 1));  // its name marks it as delegated
  std::filesystem::create_directory(group);
  const auto of = [&](const char* file) { return group + '/' + file; };
  CHECK(is_delegated(group));
  write_text(of("cgroup.events"), "populated 1\n");
  write_text(of("cgroup.controllers"), "memory pids\n");
  write_text(of("cgroup.subtree_control"), "");
  for (const std::string& who : {std::to_string(::getpid()) + "\n1\n999999\n", std::string("0\n")}) {
    write_text(of("cgroup.procs"), who);
    HandedOn crowded(group, {.memory = true, .pids = true}, "aside", 1);
    CHECK_FALSE(crowded.controllers().any());
    CHECK(text_of(of("cgroup.subtree_control")).empty());
    CHECK_FALSE(std::filesystem::exists(of("aside")));
    crowded.step_back({});
    CHECK(text_of(of("cgroup.procs")) == who);
  }
}

}  // namespace
}  // namespace oversee::os
