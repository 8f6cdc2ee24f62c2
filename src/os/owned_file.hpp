// Reads small trusted files, such as settings, and tells which other users may write them.
#pragma once

#include <optional>
#include <string>

#include "model/failure.hpp"

namespace oversee::os {

struct OwnedText {
  std::string text;
  // The owner of the file or its link, if neither this user nor root.
  std::optional<unsigned> foreign_owner;
  bool others_can_write = false;
};

// Reads the whole file; none if it does not exist or cannot be reached. Follows links; the owner of a link counts like
// the owner of the file. Fails if it is not a regular file or is larger than `limit` bytes.
model::Result<std::optional<OwnedText>> read_owned_file(const std::string& path, std::size_t limit);

// Whether the file is certain not to exist, as the kernel tells without asking a file system. False: it may exist.
// Never blocks.
bool is_surely_absent(const std::string& path);

}  // namespace oversee::os
