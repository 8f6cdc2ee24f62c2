// Checks the tree against its limits: samples it when due, reads the kernel's events, and reports passed limits.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "guard/limit_watch.hpp"
#include "guard/tree_cgroup.hpp"
#include "guard/tree_meter.hpp"

namespace oversee::guard {

class LimitKeeper {
 public:
  // Call when the command has started. The cgroup must outlive this object.
  void begin(const model::TreeLimits& limits, const TreeCgroup& group);

  // How each limit is enforced.
  model::TreeMeans means() const { return meter_ ? meter_->means() : model::TreeMeans{}; }

  // Whether a limit is set that has not been passed; then next_look() is the time of the next sample.
  bool watching() const { return watch_ && watch_->limits().any(); }
  model::Instant next_look() const { return watch_->next_look(); }

  // Remembers the name of the process that will be reaped next: reaping removes it from /proc.
  void before_a_reaping();

  struct Reaped {
    pid_t pid;
    int wait_status;
    std::uint64_t max_rss_bytes;
  };

  // Return the limits that were passed, each limit once. `reaped` is the CPU time of all reaped processes.
  std::vector<model::PassedLimit> look_if_due(model::Duration reaped);
  std::vector<model::PassedLimit> after_a_reaping(model::Duration reaped, const Reaped& last);
  std::vector<model::PassedLimit> at_the_end(model::Duration reaped);

 private:
  std::vector<model::PassedLimit> named(std::vector<model::PassedLimit> passed) const;
  bool kernel_holds_memory() const { return means().memory == model::LimitMeans::cgroup; }

  const TreeCgroup* group_ = nullptr;
  std::unique_ptr<TreeMeter> meter_;
  std::optional<LimitWatch> watch_;
  model::Consumer dead_;     // the process that will be reaped next
  model::Consumer largest_;  // by memory; the kernel may kill it before its name is needed
};

}  // namespace oversee::guard
