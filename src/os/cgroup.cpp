// Finds, creates, kills and removes control groups.
#include "os/cgroup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <vector>

namespace oversee::os {
namespace {

constexpr mode_t kMode = 0755;

// rmdir(2) fails with EBUSY for a moment after the last process has ended.
constexpr int kRemovalTries = 50;
constexpr timespec kRemovalPause{0, 1'000'000};

std::string_view take_word(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

// Reverses the octal escapes of /proc/self/mountinfo: a blank is written as \040 (proc(5)).
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '\\' && i + 4 <= text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 4, code, 8).ptr == text.data() + i + 4) {
      plain += static_cast<char>(code);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

struct Mount {
  std::string root;  // the group that is mounted at `place`
  std::string place;
};

// Parses one line, such as "40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw".
std::optional<Mount> cgroup_mount(std::string_view line) {
  const std::size_t end_of_fields = line.find(" - ");
  if (end_of_fields == std::string_view::npos) return {};
  std::string_view kind = line.substr(end_of_fields + 3);
  if (take_word(kind, ' ') != "cgroup2") return {};
  for (int i = 0; i < 3; ++i) take_word(line, ' ');
  Mount mount;
  mount.root = unescape(take_word(line, ' '));
  mount.place = unescape(take_word(line, ' '));
  return mount;
}

// The group's path relative to the mount's root; none if the group is not below the root.
std::optional<std::string_view> below(std::string_view group, std::string_view root) {
  if (root == "/") return group == "/" ? std::string_view() : group;
  if (!group.starts_with(root)) return {};
  group.remove_prefix(root.size());
  if (!group.empty() && group.front() != '/') return {};
  return group;
}

std::optional<std::string_view> unified_group(std::string_view cgroup) {
  while (!cgroup.empty()) {
    std::string_view line = take_word(cgroup, '\n');
    if (!line.starts_with("0::")) continue;
    line.remove_prefix(3);
    // The group is outside the namespace's root, or was removed while this process is in it.
    if (line.starts_with("/..") || line.ends_with(" (deleted)")) return {};
    return line;
  }
  return {};
}

bool write_file(const std::string& path, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::vector<std::string> groups_in(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return names;
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.push_back(fmt::format("{}/{}", path, entry->d_name));
  }
  ::closedir(directory);
  return names;
}

bool remove(const std::string& path, int tries) {
  for (const std::string& inner : groups_in(path)) (void)remove(inner, tries);
  for (int i = 1;; ++i) {
    if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return true;
    if (errno != EBUSY || i >= tries) return false;
    (void)::nanosleep(&kRemovalPause, nullptr);
  }
}

// A concurrent sweep may remove the new group before it is locked; then the group is created again.
UniqueFd lock_cgroup(const std::string& path) {
  for (int i = 0; i < kRemovalTries; ++i) {
    UniqueFd lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0 && ::access(path.c_str(), F_OK) == 0) return lock;
    if (lock && errno == EWOULDBLOCK) (void)::nanosleep(&kRemovalPause, nullptr);
    if (::mkdir(path.c_str(), kMode) != 0 && errno != EEXIST) return {};
  }
  errno = EBUSY;
  return {};
}

}  // namespace

std::optional<std::string> cgroup_directory(std::string_view mountinfo, std::string_view cgroup) {
  const auto group = unified_group(cgroup);
  if (!group) return {};
  while (!mountinfo.empty()) {
    const auto mount = cgroup_mount(take_word(mountinfo, '\n'));
    if (!mount) continue;
    if (const auto rest = below(*group, mount->root)) return mount->place + std::string(*rest);
  }
  return {};
}

model::Result<std::string> own_cgroup() {
  const auto mountinfo = read_file("/proc/self/mountinfo");
  if (!mountinfo) return std::unexpected(mountinfo.error());
  const auto cgroup = read_file("/proc/self/cgroup");
  if (!cgroup) return std::unexpected(cgroup.error());
  auto directory = cgroup_directory(*mountinfo, *cgroup);
  if (!directory) return std::unexpected(model::Failure{"find a mounted cgroup v2 that holds this process", 0, {}, {}});
  return *std::move(directory);
}

model::Result<CgroupLeaf> CgroupLeaf::make(const std::string& parent, const std::string& name) {
  const std::string path = fmt::format("{}/{}", parent, name);
  if (::mkdir(path.c_str(), kMode) != 0) return std::unexpected(model::Failure{"make the cgroup", errno, path, {}});
  UniqueFd lock = lock_cgroup(path);
  if (!lock) return std::unexpected(model::Failure{"lock the cgroup", errno, path, {}});
  std::string procs = path + "/cgroup.procs";
  UniqueFd entry(::open(procs.c_str(), O_WRONLY | O_CLOEXEC));
  if (!entry || ::access((path + "/cgroup.kill").c_str(), W_OK) != 0) {
    model::Failure failure{
        entry ? "kill by the cgroup" : "write to the cgroup", errno, entry ? path + "/cgroup.kill" : procs, {}};
    ::rmdir(path.c_str());
    return std::unexpected(std::move(failure));
  }
  return CgroupLeaf(path, std::move(lock), std::move(entry));
}

bool CgroupLeaf::take_in(pid_t process) const { return write_fully(entry_.get(), fmt::format("{}", process)); }

bool kill_cgroup(const std::string& path) { return write_file(path + "/cgroup.kill", "1"); }

std::uint64_t cgroup_processes(const std::string& path) {
  std::uint64_t count = 0;
  if (const auto list = read_file(path + "/cgroup.procs")) {
    count += static_cast<std::uint64_t>(std::ranges::count(*list, '\n'));
  }
  for (const std::string& inner : groups_in(path)) count += cgroup_processes(inner);
  return count;
}

bool remove_cgroup(const std::string& path) { return remove(path, kRemovalTries); }

bool remove_empty_cgroup(const std::string& path) { return remove(path, 1); }

}  // namespace oversee::os
