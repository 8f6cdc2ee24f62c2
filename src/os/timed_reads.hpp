// Reads files in /proc that another process can delay, in a side process and within a bound.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/duration.hpp"
#include "os/side_process.hpp"

namespace oversee::os {

// To read a command line or a memory map, the kernel takes a lock of the target process. A target that waits for a dead
// file server holds that lock, and the reader waits as well. After a read has hung, further reads return nothing until
// it has ended. Not thread-safe.
template <class Value>
class TimedReads {
 public:
  using Read = std::function<Value(pid_t)>;

  // Returns one value for each process, in order; none for processes that were not read within the bound.
  std::vector<std::optional<Value>> operator()(std::vector<pid_t> pids, model::Duration bound, Read read) {
    std::vector<std::optional<Value>> values(pids.size());
    if (pids.empty() || !process_.wait({})) return values;
    auto shared = std::make_shared<Shared>(std::move(pids), std::move(read));
    if (!process_.start(SideProcess::Files::listed, {}, [shared] { shared->work(); })) return values;
    (void)process_.wait(bound);
    const std::size_t done = shared->done;
    for (std::size_t i = 0; i < done; ++i) values[i] = shared->values[i];
    return values;
  }

 private:
  struct Shared {
    Shared(std::vector<pid_t> list, Read function)
        : pids(std::move(list)), read(std::move(function)), values(pids.size()) {}

    void work() {
      for (std::size_t i = 0; i < pids.size(); ++i) {
        values[i] = read(pids[i]);
        done = i + 1;
      }
    }

    const std::vector<pid_t> pids;
    const Read read;
    std::vector<Value> values;
    std::atomic<std::size_t> done = 0;
  };

  SideProcess process_;
};

}  // namespace oversee::os
