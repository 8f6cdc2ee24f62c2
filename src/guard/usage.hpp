// What the tree has cost so far, as its reaped processes tell it.
#pragma once

#include <sys/resource.h>

#include "model/outcome.hpp"

namespace oversee::guard {

class ReapedUsage {
 public:
  // One process has been reaped; wait4(2) gave this.
  void add(const rusage& usage);

  model::Duration cpu() const { return usage_.user + usage_.system; }
  const model::Usage& so_far() const { return usage_; }

 private:
  model::Usage usage_;
};

}  // namespace oversee::guard
