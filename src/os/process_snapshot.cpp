// Selects the processes that are worth a closer look and inspects them.
#include "os/process_snapshot.hpp"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <tuple>
#include <unordered_set>

#include "os/descriptor.hpp"
#include "os/file_look.hpp"
#include "os/proc.hpp"
#include "os/process_stat.hpp"
#include "os/process_tree.hpp"
#include "os/system_call.hpp"

namespace oversee::os {
namespace {

using std::chrono::steady_clock;

// Of a larger tree only the first and the last processes are sampled: the oldest and the newest.
constexpr std::size_t kMostGlances = 256;

constexpr std::size_t kMostListed = 32;

// CPU time is counted in ticks of 10 ms; over a shorter span a percentage is meaningless.
constexpr auto kShortestSpan = std::chrono::milliseconds(50);

model::Duration since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::vector<Descendant> some_of(std::vector<Descendant> tree) {
  if (tree.size() <= kMostGlances) return tree;
  const auto half = static_cast<std::ptrdiff_t>(kMostGlances / 2);
  tree.erase(tree.begin() + half, tree.end() - half);
  return tree;
}

// One process's cheap sample.
struct Glance {
  pid_t pid;
  ProcessStat stat;
  model::Duration age;
  int cpu_percent;
  model::Duration cpu_span;
};

int percent_of(model::Duration part, model::Duration whole) {
  if (part.count() <= 0 || whole.count() <= 0) return 0;
  return static_cast<int>(std::lround(100.0 * static_cast<double>(part.count()) / static_cast<double>(whole.count())));
}

Glance glance_at(pid_t pid, ProcessStat stat, const std::optional<CpuLook>& before) {
  const model::Duration age = std::max(since_boot() - stat.born, model::Duration{});
  const int percent = percent_of(stat.cpu, age);
  Glance glance{pid, std::move(stat), age, percent, age};
  if (!before) return glance;
  const model::Duration span = steady_clock::now() - before->taken;
  const auto found = before->used.find(pid);
  const bool known = found != before->used.end() && found->second.born == glance.stat.born;
  if (span < kShortestSpan || !known) return glance;
  glance.cpu_percent = percent_of(glance.stat.cpu - found->second.cpu, span);
  glance.cpu_span = span;
  return glance;
}

// Keeps the most informative processes, in their order. Precedence: the leader, busy processes, stuck ones, live ones,
// leaves of the tree, younger ones.
void keep_the_telling(std::vector<Glance>& glances, pid_t leader) {
  if (glances.size() <= kMostListed) return;
  std::unordered_set<pid_t> parents;
  for (const Glance& each : glances) parents.insert(each.stat.parent);
  const auto weight = [&](std::size_t i) {
    const Glance& each = glances[i];
    const bool stuck = each.stat.state == 'D' || each.stat.state == 'T' || each.stat.state == 't';
    return std::tuple(each.pid == leader, each.cpu_percent >= model::kBusyPercent ? each.cpu_percent : 0, stuck,
                      each.stat.state != 'Z', !parents.contains(each.pid), each.stat.born, i);
  };
  std::vector<std::size_t> order(glances.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::partial_sort(order, order.begin() + kMostListed, std::greater<>{}, weight);
  order.resize(kMostListed);
  std::ranges::sort(order);
  std::vector<Glance> kept;
  kept.reserve(order.size());
  for (const std::size_t i : order) kept.push_back(std::move(glances[i]));
  glances = std::move(kept);
}

model::ProcessEvidence look_closely(const Glance& glance, FileLook& look) {
  model::ProcessEvidence process;
  process.pid = glance.pid;
  process.parent = glance.stat.parent;
  process.name = glance.stat.name;
  process.age = glance.age;
  process.letter = glance.stat.state;
  process.state = model::process_state(glance.stat.state);
  process.cpu = glance.stat.cpu;
  process.cpu_percent = glance.cpu_percent;
  process.cpu_span = glance.cpu_span;
  process.rss_bytes = glance.stat.rss_bytes;
  process.threads = glance.stat.threads;
  process.command = name_process(glance.pid).command;
  if (process.state == model::ProcessState::zombie) return process;
  if (const auto channel = read_file(proc_path(glance.pid, "wchan")); channel && *channel != "0") {
    process.channel = *channel;
  }
  if (const auto call = system_call_of(glance.pid)) {
    process.call = call->name;
    if (call->descriptor) process.file = look.file_of(glance.pid, *call->descriptor);
  }
  OpenFiles files = look.files_of(glance.pid);
  process.files_known = files.known;
  process.files = files.count;
  process.sockets = files.sockets;
  process.first_files = std::move(files.first);
  return process;
}

}  // namespace

CpuLook look_at_cpu(pid_t root) {
  CpuLook look{.taken = steady_clock::now(), .used = {}};
  for (const Descendant& each : some_of(list_descendants(root))) {
    if (const auto stat = process_stat(each.pid)) look.used.emplace(each.pid, CpuLook::Used{stat->born, stat->cpu});
  }
  return look;
}

Snapshot take_snapshot(pid_t root, pid_t leader, const std::optional<CpuLook>& before, model::Instant until) {
  Snapshot snapshot;
  const std::vector<Descendant> tree = list_descendants(root);
  const std::vector<Descendant> some = some_of(tree);
  std::vector<Glance> glances;
  for (const Descendant& each : some) {
    auto stat = process_stat(each.pid);
    // It has ended meanwhile, or the guard is about to reap it.
    if (!stat || (stat->state == 'Z' && stat->parent == root)) continue;
    glances.push_back(glance_at(each.pid, std::move(*stat), before));
  }
  const std::size_t alive = glances.size() + (tree.size() - some.size());
  keep_the_telling(glances, leader);
  FileLook look;
  for (const Glance& each : glances) {
    if (steady_clock::now() >= until && !snapshot.evidence.processes.empty()) break;  // but always include the first
    snapshot.evidence.processes.push_back(look_closely(each, look));
  }
  for (const Descendant& each : tree) snapshot.tree.push_back(each.pid);
  snapshot.evidence.leader = leader;
  snapshot.evidence.more = alive - snapshot.evidence.processes.size();
  return snapshot;
}

}  // namespace oversee::os
