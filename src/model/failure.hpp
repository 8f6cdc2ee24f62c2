// A failed system call or file operation: stage, errno and subject. Only describe() turns one into a sentence.
#pragma once

#include <expected>
#include <string>

namespace oversee::model {

struct Failure {
  std::string stage;    // the attempted operation, worded to follow "cannot": "open the log"
  int error = 0;        // an errno; 0 if the stage says everything
  std::string subject;  // the file, command or value; may be empty
  std::string remedy;   // what to do next; may be empty
};

// "cannot open the log: /x/y: No such file or directory; create the directory first"
std::string describe(const Failure& failure);

template <class T>
using Result = std::expected<T, Failure>;

}  // namespace oversee::model
