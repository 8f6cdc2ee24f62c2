// Finds and removes stale groups.
#include "os/cgroup_sweep.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <array>
#include <chrono>
#include <string_view>
#include <vector>

#include "model/cgroup_name.hpp"
#include "os/cgroup.hpp"
#include "os/descriptor.hpp"
#include "os/kernel_text.hpp"

namespace oversee::os {
namespace {

constexpr std::size_t kMost = 256;

// Collects the names first: removing a directory during readdir(3) may make it skip entries.
std::vector<std::string> groups_of_runs(const std::string& group) {
  std::vector<std::string> found;
  DIR* directory = ::opendir(group.c_str());
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    if (found.size() == kMost) break;
    if (entry->d_type == DT_DIR && model::is_cgroup_name(entry->d_name)) {
      found.push_back(fmt::format("{}/{}", group, entry->d_name));
    }
  }
  ::closedir(directory);
  return found;
}

bool remove_if_stale(const std::string& path) {
  const UniqueFd lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return false;
  std::array<char, 256> buffer;
  const std::string_view events = read_once((path + "/cgroup.events").c_str(), buffer);
  return number_behind(events, "populated ") == 0 && remove_empty_cgroup(path);
}

}  // namespace

int sweep_cgroups(const std::string& group, model::Duration bound) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + bound;
  int removed = 0;
  for (const std::string& each : groups_of_runs(group)) {
    if (Clock::now() >= end) break;
    if (remove_if_stale(each)) ++removed;
  }
  return removed;
}

}  // namespace oversee::os
