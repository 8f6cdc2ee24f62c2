// Which file this process is waiting for: for the sentence about a file system that does not answer.
#pragma once

#include <string>
#include <string_view>

#include "model/failure.hpp"

namespace oversee::os {

// Names a file from here to the end of the scope, as what is being done with it ("open the log"). The innermost counts.
// For one thread, or process beside this one, at a time.
class AskedFile {
 public:
  AskedFile(std::string_view stage, std::string_view path);
  AskedFile(const AskedFile&) = delete;
  AskedFile& operator=(const AskedFile&) = delete;
  ~AskedFile();

 private:
  std::string stage_, path_;  // of the scope around this
};

// The failure to get an answer for it.
model::Failure no_answer();

}  // namespace oversee::os
