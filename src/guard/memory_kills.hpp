// Whether the kernel has killed processes for lack of memory since shortly after the command's start.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace oversee::guard {

class MemoryKills {
 public:
  using Clock = std::chrono::steady_clock;

  // For a command that ends before this time the counter is not read at all.
  static constexpr auto kYoung = std::chrono::milliseconds(10);

  void started() { first_look_ = Clock::now() + kYoung; }

  // When to read the counter first; none once it was read.
  std::optional<Clock::time_point> first_look() const { return first_look_; }
  void look_if_due();

  // Kills on the whole machine, for any cgroup's limit, too; 0 if the counter is unknown.
  std::uint64_t since_first_look() const;

 private:
  std::optional<Clock::time_point> first_look_;
  std::optional<std::uint64_t> before_;
};

}  // namespace oversee::guard
