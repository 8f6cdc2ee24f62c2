// Adds up the usage that wait4(2) returns for each reaped process.
#include "guard/usage.hpp"

#include <algorithm>
#include <chrono>

namespace oversee::guard {
namespace {

model::Duration from_timeval(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

void ReapedUsage::add(const rusage& usage) {
  usage_.user += from_timeval(usage.ru_utime);
  usage_.system += from_timeval(usage.ru_stime);
  usage_.max_rss_bytes = std::max(usage_.max_rss_bytes, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
  ++usage_.processes;
  usage_.major_faults += static_cast<std::uint64_t>(usage.ru_majflt);
  usage_.voluntary_switches += static_cast<std::uint64_t>(usage.ru_nvcsw);
  usage_.involuntary_switches += static_cast<std::uint64_t>(usage.ru_nivcsw);
  constexpr std::uint64_t kBlock = 512;
  usage_.read_bytes += static_cast<std::uint64_t>(usage.ru_inblock) * kBlock;
  usage_.written_bytes += static_cast<std::uint64_t>(usage.ru_oublock) * kBlock;
}

}  // namespace oversee::guard
