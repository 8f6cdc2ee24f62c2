// Tests the text of limits and usage in the log.
#include "report/usage_text.hpp"

#include <doctest/doctest.h>

#include "made_up_run.hpp"
#include "report/tagged_log.hpp"
#include "text_sink.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::LimitMeans;
using model::Resource;

constexpr std::uint64_t kGiB = 1ULL << 30U;

TEST_CASE("usage text: every requested limit, and no backstop") {
  model::AttemptLimits limits;
  CHECK(limits_text(limits) == "no timeout  stop TERM:10s,KILL");
  limits.wall = 10min;
  limits.idle = 1min;
  limits.tree = {.memory = 2 * kGiB, .cpu = 90s, .processes = 64};
  limits.process = {.nice = 10,
                    .files = 256,
                    .file_size = 10 << 20,
                    .core_size = 0,
                    .data = 3 * kGiB,
                    .data_backstop = 4 * kGiB,
                    .cpu_backstop = 91};
  CHECK(limits_text(limits) ==
        "timeout 10m  idle 1m  memory 2GiB  cpu 1m30s  processes 64  files 256  file-size 10MiB  data 3GiB  core none  "
        "nice 10  stop TERM:10s,KILL");
  limits.process = {};
  limits.process.core_size = model::kUnlimited;
  CHECK(limits_text(limits).find("core unlimited") != std::string::npos);
}

TEST_CASE("usage text: how the limits were enforced") {
  CHECK(means_text({{Resource::memory, 2 * kGiB, LimitMeans::sampling, 8 * kGiB},
                    {Resource::cpu, 90'000'000'000, LimitMeans::sampling, 91'000'000'000},
                    {Resource::processes, 64, LimitMeans::sampling, 4096},
                    {Resource::memory, 2 * kGiB, LimitMeans::cgroup, {}}}) ==
        "memory 2GiB by sampling, 8GiB a process by rlimit; cpu 1m30s by sampling, 1m31s a process by rlimit; "
        "processes 64 by sampling, 4096 threads by cgroup; memory 2GiB by cgroup");
}

TEST_CASE("usage text: memory names its scope, and sums their accuracy") {
  model::Usage usage{.user = 2s, .system = 1s, .max_rss_bytes = kGiB, .processes = 1};
  CHECK(cost_text(usage) == "cpu 2.0s user 1.0s system  memory 1.0GiB (largest process)");
  CHECK(usage_text(usage).starts_with("at least 1 process  0 major faults  0 context switches  "));
  usage.peak_bytes = 2 * kGiB;
  usage.accuracy = model::Accuracy::exact;
  CHECK(cost_text(usage) == "cpu 2.0s user 1.0s system  memory 2.0GiB (tree)");
  CHECK(usage_text(usage).starts_with("at least 1 process  "));  // only the CPU time is exact
}

TEST_CASE("usage text: the log reports the enforcement, if the tree had a limit") {
  TextSink sink;
  TaggedLog log(sink, {});
  auto result = made_up_result(model::Status::failed, model::Reason::memory_limit);
  log.on(model::AttemptFinished{&result}, result.finished);
  CHECK(sink.text.find("# held") == std::string::npos);
  result.limits = {{Resource::memory, 2 * kGiB, LimitMeans::sampling, {}}};
  log.on(model::AttemptFinished{&result}, result.finished);
  CHECK(sink.text.find("# held      memory 2GiB by sampling\n") != std::string::npos);
}

}  // namespace
}  // namespace oversee::report
