// Keeps the tree to its limits: looks when that is due, hears what the kernel has held it to, and says what was passed.
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
  // The command has started. The group must outlive this.
  void begin(const model::TreeLimits& limits, const TreeCgroup& group);

  // By what means each limit is held.
  model::TreeMeans means() const { return meter_ ? meter_->means() : model::TreeMeans{}; }

  // Whether there is anything left to look for; then, when to look next.
  bool watching() const { return watch_ && watch_->limits().any(); }
  model::Instant next_look() const { return watch_->next_look(); }

  // A process that is dead already is about to be reaped: its name is there for the last time.
  void before_a_reaping();

  struct Reaped {
    pid_t pid;
    int wait_status;
    std::uint64_t max_rss_bytes;
  };

  // What is known to have been passed by now, each limit once. All take the CPU time of all that has been reaped.
  std::vector<model::PassedLimit> look_if_due(model::Duration reaped);
  std::vector<model::PassedLimit> after_a_reaping(model::Duration reaped, const Reaped& last);
  std::vector<model::PassedLimit> at_the_end(model::Duration reaped);

 private:
  std::vector<model::PassedLimit> named(std::vector<model::PassedLimit> passed) const;
  bool kernel_holds_memory() const { return means().memory == model::LimitMeans::cgroup; }

  const TreeCgroup* group_ = nullptr;
  std::unique_ptr<TreeMeter> meter_;
  std::optional<LimitWatch> watch_;
  model::Consumer dead_;     // about to be reaped
  model::Consumer largest_;  // in memory, where the kernel may kill it before its name is asked for
};

}  // namespace oversee::guard
