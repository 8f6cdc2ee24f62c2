// Resolves an output file that the user has named: to the file that the shell's `>` would write to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/failure.hpp"

namespace oversee::os {

struct Destination {
  enum class Kind : std::uint8_t {
    file,        // a regular file, or one that does not exist yet
    descriptor,  // a descriptor of this process: "-", /dev/stdout, /dev/fd/3
    device       // a FIFO or a device
  };

  Kind kind = Kind::file;
  std::string name;         // as the user gave it, for messages
  std::string path;         // with links resolved; absolute if the directory could be resolved
  int descriptor = -1;      // with Kind::descriptor
  bool exists = false;      // with Kind::file
  bool in_system = false;   // below /dev or /proc: never replaced, always written in place
  std::string temporary{};  // the name to write to before renaming to `path`
};

// Follows links as the kernel does and refuses the same ones (protected_symlinks, proc(5)). Fails for a directory, a
// socket, and a file that this process may not write to. Truncates nothing and never waits for a FIFO's reader.
model::Result<Destination> find_destination(const std::string& name);

// The descriptor of this process that the name refers to; -1 if it names another file.
int descriptor_named(const std::string& name);

}  // namespace oversee::os
