// Lists and names the descendants that remain.
#include "guard/survivors.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "os/process_tree.hpp"

namespace oversee::guard {
namespace {

// How long the guard waits for command lines before it uses short names.
constexpr auto kNamePatience = std::chrono::milliseconds(250);

}  // namespace

void SurvivorWatch::begin() {
  since_ = std::chrono::steady_clock::now();
  for (const os::Descendant& each : os::list_descendants()) {
    if (const auto state = os::look_at_process(each.pid)) at_the_beginning_.emplace(each.pid, *state);
  }
}

Survivors SurvivorWatch::name(const NameSurvivors& request, int terminal) {
  const os::FileIdentity out = terminal < 0 ? request.out : os::identify(terminal);
  Survivors survivors;
  std::vector<pid_t> named;
  for (const os::Descendant& each : os::list_descendants()) {
    const auto state = os::look_at_process(each.pid);
    if (!state || state->zombie) continue;
    survivors.starved = std::max(survivors.starved, starved(each.pid, *state));
    survivors.dying += state->dying ? 1 : 0;
    if (named.size() < kMostNames) {
      named.push_back(each.pid);
    } else {
      ++survivors.more;
    }
  }
  auto names = name_reads_(named, kNamePatience, os::name_process);
  for (std::size_t i = 0; i < named.size(); ++i) {
    auto name = names[i] ? std::move(*names[i]) : os::short_process_name(named[i]);
    survivors.processes.push_back({std::move(name), os::streams_held_by(named[i], out, request.err)});
  }
  return survivors;
}

// A process that is exiting, or that is runnable but does not run, would be gone on an idle machine. The kernel does
// not tell the duration of the present wait; it is at most the time in which the process did not run.
model::Duration SurvivorWatch::starved(pid_t pid, const os::ProcessState& now) const {
  if (!begun()) return {};
  const auto then = at_the_beginning_.find(pid);
  const os::ProcessState before = then == at_the_beginning_.end() ? os::ProcessState{} : then->second;
  const model::Duration elapsed = std::chrono::steady_clock::now() - since_;
  if (now.ending) return elapsed;
  if (now.runnable) return std::clamp<model::Duration>(elapsed - (now.ran - before.ran), {}, elapsed);
  return std::clamp<model::Duration>(now.waited - before.waited, {}, elapsed);
}

}  // namespace oversee::guard
