// Names the file that this process is waiting for, for the message about a file system that does not respond.
#pragma once

#include <string>
#include <string_view>

#include "model/failure.hpp"

namespace oversee::os {

// Sets the current file for one scope, with the operation on it ("open the log"). The innermost scope wins. The name is
// global: only one thread, or one side process, may use it at a time.
class AskedFile {
 public:
  AskedFile(std::string_view stage, std::string_view path);
  AskedFile(const AskedFile&) = delete;
  AskedFile& operator=(const AskedFile&) = delete;
  ~AskedFile();

 private:
  std::string stage_, path_;  // of the enclosing scope
};

// The failure to report when the file system of the current file does not respond (ETIMEDOUT).
model::Failure no_answer();

// The failure to report when the side process that worked on the current file was killed.
model::Failure helper_killed();

}  // namespace oversee::os
