// Whether the kernel has killed processes for lack of memory since the command was young.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace oversee::guard {

class MemoryKills {
 public:
  using Clock = std::chrono::steady_clock;

  // A command that lives no longer than this is not worth two looks at a counter.
  static constexpr auto kYoung = std::chrono::milliseconds(10);

  void started() { first_look_ = Clock::now() + kYoung; }

  // When the counter is to be looked at first; none once it has been.
  std::optional<Clock::time_point> first_look() const { return first_look_; }
  void look_if_due();

  // On the whole machine, and for any cgroup's limit; 0 where nothing is known.
  std::uint64_t since_first_look() const;

 private:
  std::optional<Clock::time_point> first_look_;
  std::optional<std::uint64_t> before_;
};

}  // namespace oversee::guard
