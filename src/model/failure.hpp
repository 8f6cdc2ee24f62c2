// What went wrong in a system call or a file: stage, errno and subject; its sentence is made here and nowhere else.
#pragma once

#include <expected>
#include <string>

namespace oversee::model {

struct Failure {
  std::string stage;    // what was being done, as an infinitive's object: "open the log"
  int error = 0;        // an errno; 0 where the stage says it all
  std::string subject;  // the file, command or value it was done to; may be empty
  std::string remedy;   // what to do next; may be empty
};

// "cannot open the log: /x/y: No such file or directory; create the directory first"
std::string describe(const Failure& failure);

template <class T>
using Result = std::expected<T, Failure>;

}  // namespace oversee::model
