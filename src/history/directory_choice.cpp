// Tries the directories in order.
#include "history/directory_choice.hpp"

#include <sys/stat.h>

#include <cstdlib>

#include "os/host.hpp"

namespace oversee::history {
namespace {

// Whether no other user can have put anything into the directory.
bool is_private(const std::string& path, unsigned uid) {
  struct stat status {};
  if (!path.starts_with('/') || ::lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  return status.st_uid == uid && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::vector<std::string> private_ones(const DirectoryOrder& order) {
  std::vector<std::string> paths;
  for (const std::string& parent : order.spare) {
    if (is_private(parent, order.uid)) paths.push_back(parent + "/oversee");
  }
  return paths;
}

}  // namespace

DirectoryOrder directory_order() {
  DirectoryOrder order{.temporary = os::temporary_directory(), .spare = {}, .uid = os::user_id()};
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR")) order.spare.emplace_back(runtime);
  if (order.uid == 0) order.spare.emplace_back("/run");
  return order;
}

ChosenDirectory choose_directory(const DirectoryOrder& order) {
  auto first = RunDirectory::open(order.temporary, order.uid);
  if (first) return {std::move(*first), {}};
  if (first.error().refused) {
    for (std::string& path : private_ones(order)) {
      if (auto spare = RunDirectory::open_at(std::move(path), order.uid)) {
        return {std::move(*spare), std::move(first.error())};
      }
    }
  }
  return {{}, std::move(first.error())};
}

std::expected<std::optional<ChosenDirectory>, Unusable> find_directory(const DirectoryOrder& order) {
  auto first = RunDirectory::find(order.temporary, order.uid);
  if (first && *first) return ChosenDirectory{std::move(**first), {}};
  if (first) return std::nullopt;
  if (first.error().refused) {
    for (std::string& path : private_ones(order)) {
      auto spare = RunDirectory::find_at(std::move(path), order.uid);
      if (spare && *spare) return ChosenDirectory{std::move(**spare), std::move(first.error())};
    }
  }
  return std::unexpected(std::move(first.error()));
}

}  // namespace oversee::history
