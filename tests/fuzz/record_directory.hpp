// A run directory for targets that pass records in memory.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "history/run_directory.hpp"
#include "must.hpp"

namespace oversee::fuzz {

// The directory only provides a path, and is removed before the return.
inline history::RunDirectory make_directory() {
  std::string parent = "/tmp/oversee-fuzz-XXXXXX";
  must(::mkdtemp(parent.data()) != nullptr, "there is room for a directory");
  auto directory = history::RunDirectory::open(parent, ::geteuid());
  must(directory.has_value() && ::rmdir(directory->path().c_str()) == 0 && ::rmdir(parent.c_str()) == 0,
       "a directory is made and removed");
  return std::move(*directory);
}

}  // namespace oversee::fuzz
