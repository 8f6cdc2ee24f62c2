// What a name that the user gave for a file leads to: the file that the shell's > would write to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/failure.hpp"

namespace oversee::os {

struct Destination {
  enum class Kind : std::uint8_t {
    file,        // a regular file, or one that is yet to be made
    descriptor,  // one of this process: "-", /dev/stdout, /dev/fd/3
    device       // a FIFO or a device
  };

  Kind kind = Kind::file;
  std::string name;         // as it was given, for messages
  std::string path;         // with links followed; absolute where the directory could be read
  int descriptor = -1;      // with Kind::descriptor
  bool exists = false;      // with Kind::file
  bool in_system = false;   // below /dev or /proc: never replaced, always written in place
  std::string temporary{};  // what `path` is called while it is written, where it can be replaced
};

// Follows links as the kernel does, and refuses those that it would refuse (protected_symlinks, proc(5)). Fails for a
// directory, a socket, and what this process may not write to. Changes nothing and never waits for a FIFO's reader.
model::Result<Destination> find_destination(const std::string& name);

// The descriptor of this process that the name stands for; -1: it is another file's name.
int descriptor_named(const std::string& name);

}  // namespace oversee::os
