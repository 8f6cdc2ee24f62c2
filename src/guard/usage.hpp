// The resources that the tree has used so far, according to its reaped processes.
#pragma once

#include <sys/resource.h>

#include "model/outcome.hpp"

namespace oversee::guard {

class ReapedUsage {
 public:
  // Adds the usage that wait4(2) returned for a reaped process.
  void add(const rusage& usage);

  model::Duration cpu() const { return usage_.user + usage_.system; }
  const model::Usage& so_far() const { return usage_; }

 private:
  model::Usage usage_;
};

}  // namespace oversee::guard
