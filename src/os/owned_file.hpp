// Small files whose words are followed: who else could have written them.
#pragma once

#include <optional>
#include <string>

#include "model/failure.hpp"

namespace oversee::os {

struct OwnedText {
  std::string text;
  // The user id of who could have written it, being neither we nor root; none where nobody could.
  std::optional<unsigned> foreign_owner;
  bool others_can_write = false;
};

// The file whole; none where there is none, or none that we could know of. Follows links: the owner of a link counts as
// the file's does. Refuses what is no regular file, or larger than `limit` bytes.
model::Result<std::optional<OwnedText>> read_owned_file(const std::string& path, std::size_t limit);

}  // namespace oversee::os
