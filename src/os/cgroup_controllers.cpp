// Enables controllers for child groups through cgroup.subtree_control.
#include "os/cgroup_controllers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "model/cgroup_name.hpp"
#include "os/descriptor.hpp"
#include "os/kernel_text.hpp"

namespace oversee::os {
namespace {

std::string file_of(const std::string& group, std::string_view file) { return fmt::format("{}/{}", group, file); }

bool write_to(const std::string& path, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && write_fully(file.get(), text);
}

// The root has no cgroup.events. It may pass on any controller even while it has processes.
bool is_root(const std::string& group) { return ::access(file_of(group, "cgroup.events").c_str(), F_OK) != 0; }

bool hand_on(const std::string& group, Controllers wanted, char sign) {
  std::string words;
  if (wanted.memory) words += fmt::format("{}memory ", sign);
  if (wanted.pids) words += fmt::format("{}pids ", sign);
  return write_to(file_of(group, "cgroup.subtree_control"), words);
}

// A process of another PID namespace is listed as 0 and counts as a stranger.
bool holds_nobody_but(const std::string& group, const std::array<pid_t, 2>& expected) {
  std::array<char, 64> buffer;
  std::string_view rest = read_once(file_of(group, "cgroup.procs").c_str(), buffer);
  if (rest.size() == buffer.size()) return false;  // truncated: more processes than expected
  while (!rest.empty()) {
    pid_t pid = 0;
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::from_chars(rest.data(), rest.data() + end, pid);
    if (pid <= 0 || std::ranges::find(expected, pid) == expected.end()) return false;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return true;
}

bool has_mark(const std::string& group, const char* name) {
  char value = 0;
  return ::getxattr(group.c_str(), name, &value, 1) == 1 && value == '1';
}

// The root of a cgroup namespace that this process sees as "/" and that is not the root of the machine.
bool is_containers_root(const std::string& group) {
  std::array<char, 4096> buffer;
  std::string_view text = read_once("/proc/self/cgroup", buffer);
  return (text.starts_with("0::/\n") || text.find("\n0::/\n") != std::string_view::npos) && !is_root(group);
}

}  // namespace

Controllers controllers_in(std::string_view list) {
  Controllers found;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(" \n"), list.size());
    found.memory |= list.substr(0, end) == "memory";
    found.pids |= list.substr(0, end) == "pids";
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return found;
}

bool is_delegated(const std::string& group) {
  if (::geteuid() != 0) return true;
  if (has_mark(group, "trusted.delegate") || has_mark(group, "user.delegate")) return true;
  return model::is_cgroup_name(group.substr(group.rfind('/') + 1)) || is_containers_root(group);
}

HandedOn::HandedOn(std::string group, Controllers wanted, const std::string& aside, std::optional<pid_t> front)
    : group_(std::move(group)) {
  std::array<char, 512> buffer;
  const auto listed = [&](std::string_view file) {
    return controllers_in(read_once(file_of(group_, file).c_str(), buffer));
  };
  controllers_ = listed("cgroup.subtree_control");
  const Controllers there = listed("cgroup.controllers");
  const Controllers missing{.memory = wanted.memory && there.memory && !controllers_.memory,
                            .pids = wanted.pids && there.pids && !controllers_.pids};
  if (!missing.any()) return;
  // Only without processes in the group: if `pids` alone were enabled with processes present, a group that is not the
  // root would become a threaded domain.
  if (!is_root(group_) && !(front && is_delegated(group_) && step_aside(aside, *front))) return;
  if (hand_on(group_, missing, '+')) {
    controllers_.memory |= missing.memory;
    controllers_.pids |= missing.pids;
  } else {
    step_back(front);
  }
}

bool HandedOn::step_aside(const std::string& name, pid_t front) {
  if (!holds_nobody_but(group_, {::getpid(), front})) return false;
  auto made = CgroupLeaf::make(group_, name);
  if (!made) return false;
  aside_.emplace(std::move(*made));
  if (aside_->take_in(::getpid()) && aside_->take_in(front) && holds_nobody_but(group_, {})) return true;
  step_back(front);
  return false;
}

void HandedOn::step_back(std::optional<pid_t> front) {
  if (!aside_) return;
  (void)hand_on(group_, controllers_, '-');
  const std::string procs = file_of(group_, "cgroup.procs");
  if (front) (void)write_to(procs, fmt::format("{}", *front));
  (void)write_to(procs, "0");
  (void)remove_cgroup(aside_->path());
  aside_.reset();
}

void step_back_alone(const std::string& leaf) {
  const std::string aside = leaf + std::string(model::kOwnCgroupSuffix);
  if (own_cgroup() != aside) return;
  const std::string group = aside.substr(0, aside.rfind('/'));
  (void)hand_on(group, {.memory = true, .pids = false}, '-');
  (void)hand_on(group, {.memory = false, .pids = true}, '-');
  (void)write_to(file_of(group, "cgroup.procs"), "0");
  (void)remove_cgroup(aside);
}

}  // namespace oversee::os
