// Lists, signals and kills the process tree, using /proc.
#include "os/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <span>
#include <string>
#include <unordered_map>

#include "model/command_line.hpp"
#include "model/mechanism.hpp"
#include "model/secrets.hpp"
#include "os/descriptor.hpp"
#include "os/own_children.hpp"
#include "os/proc.hpp"
#include "os/process_stat.hpp"
#include "os/process_state.hpp"
#include "os/side_process.hpp"

namespace oversee::os {
namespace {

using model::Mechanism;
using model::works;

constexpr std::size_t kLongestName = 200;  // maximum bytes of a command line in a report

std::optional<pid_t> pid_from(std::string_view text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return {};
  return pid;
}

// Calls visit(number) for each entry of a directory that is named by a number.
template <class Visit>
void for_each_number_in(const std::string& path, Visit visit) {
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return;
  while (const dirent* entry = ::readdir(directory)) {
    if (const auto number = pid_from(entry->d_name)) visit(*number);
  }
  ::closedir(directory);
}

std::optional<pid_t> parent_of(pid_t pid) {
  const auto stat = process_stat(pid);
  return stat ? std::optional(stat->parent) : std::nullopt;
}

// /proc/PID/task/TID/children depends on CONFIG_PROC_CHILDREN, which most kernels set.
bool has_children_files() {
  static const bool available = ::access("/proc/thread-self/children", R_OK) == 0;
  return available;
}

// The link count of a task directory is 2 plus the number of threads (proc_task_getattr in the kernel's
// fs/proc/base.c). One stat(2) replaces the four calls that reading the directory needs.
bool has_one_thread(const std::string& task_directory) {
  struct stat found {};
  return ::stat(task_directory.c_str(), &found) == 0 && found.st_nlink == 3;
}

// Calls visit(child) for each child of a process, without listing them first.
template <class Visit>
void for_each_child(pid_t parent, Visit visit) {
  const auto of_thread = [&](pid_t thread) {
    const auto children = read_file(proc_path(parent, fmt::format("task/{}/children", thread)));
    if (!children) return;
    std::string_view rest = *children;
    while (!rest.empty()) {
      const std::size_t space = rest.find(' ');
      const auto pid = pid_from(rest.substr(0, space));
      if (pid && !is_side_process(*pid)) visit(Descendant{*pid, parent});
      if (space == std::string_view::npos) break;
      rest.remove_prefix(space + 1);
    }
  };
  const std::string threads = proc_path(parent, "task");
  if (has_one_thread(threads) || !works(Mechanism::all_threads)) return of_thread(parent);
  for_each_number_in(threads, of_thread);
}

// The same for this process; works even if /proc is not ours.
template <class Visit>
void for_each_own_child(Visit visit) {
  const pid_t self = ::getpid();
  if (proc_is_ours()) return for_each_child(self, visit);
  for (const pid_t child : find_children()) visit(Descendant{child, self});
}

// For kernels without children files: builds the tree from the parent of every process. `visit` returns whether to
// descend.
template <class Visit>
void scan_descendants(pid_t root, Visit visit) {
  std::unordered_multimap<pid_t, pid_t> children;
  for_each_number_in("/proc", [&](pid_t pid) {
    if (const auto parent = parent_of(pid)) children.emplace(*parent, pid);
  });
  std::vector<pid_t> parents{root};
  for (std::size_t next = 0; next < parents.size(); ++next) {
    const pid_t parent = parents[next];
    const auto [first, last] = children.equal_range(parent);
    for (auto child = first; child != last; ++child) {
      if (visit(Descendant{child->second, parent})) parents.push_back(child->second);
    }
  }
}

// Whether our child is a zombie; does not reap it. Cheap, for trees with thousands of ended processes.
bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

// A walk skips our own zombies unless asked for them, and skips the `spared` children with their descendants.
enum class Zombies : std::uint8_t { without, with };
struct Walk {
  Zombies zombies = Zombies::without;
  pid_t root = ::getpid();
  std::span<const pid_t> spared = {};
};

// Calls visit(descendant) for each, parents before their children, as soon as it is found: a process that forks and
// exits in a loop is gone a moment later.
template <class Visit>
void for_each_descendant(Visit visit, const Walk& walk = {}) {
  const pid_t self = ::getpid();
  const auto is_met = [&](const Descendant& child) {
    const bool ours = child.parent == self;
    if (ours && std::ranges::find(walk.spared, child.pid) != walk.spared.end()) return false;
    if (ours && walk.zombies == Zombies::without && has_ended(child.pid)) return false;
    visit(child);
    return true;
  };
  if (!proc_is_ours()) {  // without /proc only our own children are known
    if (walk.root == self) for_each_own_child(is_met);
    return;
  }
  if (!has_children_files()) return scan_descendants(walk.root, is_met);
  std::vector<pid_t> parents{walk.root};
  for (std::size_t next = 0; next < parents.size(); ++next) {
    for_each_child(parents[next], [&](const Descendant& child) {
      if (is_met(child)) parents.push_back(child.pid);
    });
  }
}

// hidepid hides the process of another user, but its id still appears among its parent's children.
bool has_child(pid_t parent, pid_t pid) {
  bool found = false;
  for_each_child(parent, [&](const Descendant& child) { found |= child.pid == pid; });
  return found;
}

int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

void pause_briefly() {
  constexpr timespec kKillPause{0, 3'000'000};
  (void)::nanosleep(&kKillPause, nullptr);
}

Signalled outcome_of(long result) {
  if (result == 0) return Signalled::sent;
  return errno == ESRCH ? Signalled::gone : Signalled::refused;
}

}  // namespace

bool adopt_orphans() { return ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0; }
void pass_orphans_by() { ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }

// A process may exit during the walk. Its children become ours after our own children were read, so these are read
// again until no new one appears.
std::vector<Descendant> list_descendants() {
  constexpr int kMostWalks = 8;  // a tree that grows as fast as it is walked
  std::vector<Descendant> list;
  std::unordered_set<pid_t> known;
  const auto add = [&](const Descendant& each) {
    if (known.insert(each.pid).second) list.push_back(each);
  };
  for_each_descendant(add);
  for (int walk = 1; walk < kMostWalks; ++walk) {
    std::vector<pid_t> adopted;
    for_each_own_child([&](const Descendant& each) {
      if (!known.contains(each.pid) && !has_ended(each.pid)) adopted.push_back(each.pid);
    });
    if (adopted.empty()) break;
    for (const pid_t child : adopted) {
      add({child, ::getpid()});
      for (const Descendant& each : list_descendants(child)) add(each);
    }
  }
  return list;
}

std::vector<Descendant> list_descendants(pid_t root) {
  std::vector<Descendant> list;
  for_each_descendant([&](const Descendant& each) { list.push_back(each); }, {.zombies = Zombies::with, .root = root});
  return list;
}

model::ProcessName name_process(pid_t pid) {
  model::ProcessName name{pid, {}};
  if (const auto line = read_file(proc_path(pid, "cmdline")); line && !line->empty()) {
    std::vector<std::string> words;
    std::string_view rest = *line;
    while (!rest.empty() && name.command.size() < kLongestName) {
      const std::size_t end = rest.find('\0');
      words.emplace_back(rest.substr(0, std::min(end, kLongestName)));
      name.command = model::quote_command(model::masked_words(words));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    if (!rest.empty()) name.command += " ...";
    return name;
  }
  return short_process_name(pid);
}

model::ProcessName short_process_name(pid_t pid) {
  model::ProcessName name{pid, {}};
  auto comm = read_file(proc_path(pid, "comm"));
  if (comm && comm->ends_with('\n')) comm->pop_back();
  name.command = fmt::format("[{}]", comm ? model::quote_command(std::vector{*comm}) : "?");
  return name;
}

namespace {

// Filled in by PIDFD_GET_INFO (Linux 6.13); the start of the kernel's struct pidfd_info.
struct PidfdInfo {
  std::uint64_t mask;
  std::uint64_t cgroup;
  std::uint32_t pid, thread_group, parent;
  std::array<std::uint32_t, 9> rest;
};
static_assert(sizeof(PidfdInfo) == 64);

// Costs a tenth of reading /proc/PID/stat. That matters when thousands of processes leave us little CPU time to stop
// them. Both ways report the parent in our PID namespace.
std::optional<pid_t> parent_of(pid_t pid, int process) {
  static bool known = true;  // this kernel has PIDFD_GET_INFO
  PidfdInfo info{};
  if (known && process >= 0) {
    if (::ioctl(process, _IOWR(0xFF, 11, PidfdInfo), &info) == 0) return static_cast<pid_t>(info.parent);
    if (errno == ESRCH) return {};
    known = false;
  }
  return parent_of(pid);
}

}  // namespace

Signalled signal_descendant(const Descendant& target, int signal) {
  const pid_t self = ::getpid();
  if (target.parent == self) return outcome_of(::kill(target.pid, signal));
  const UniqueFd process(pidfd_open(target.pid));
  if (!process && errno != ENOSYS) return Signalled::gone;
  const auto parent = parent_of(target.pid, process.get());
  const bool hidden = !parent && !proc_shows_all() && has_child(target.parent, target.pid);
  const bool ours = hidden || parent == target.parent || parent == self;
  if (!ours && works(Mechanism::parent_check)) return Signalled::gone;
  if (!process) return outcome_of(::kill(target.pid, signal));  // before Linux 5.3 there is only the check above
  return outcome_of(::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0));
}

std::size_t signal_descendants(std::initializer_list<int> signals, std::optional<pid_t> group) {
  const pid_t through = group && !proc_is_ours() ? *group : 0;
  const std::vector<Descendant> listed = list_descendants();
  std::size_t reached = 0;
  for (const int signal : signals) {
    if (through > 0) ::kill(-through, signal);
    std::size_t sent = 0;
    for (const Descendant& each : listed) {
      const bool by_group = through > 0 && ::getpgid(each.pid) == through;
      if (by_group || signal_descendant(each, signal) == Signalled::sent) ++sent;
    }
    reached = std::max(reached, sent);
  }
  return reached;
}

// A round may take long if the tree leaves us little CPU time.
void TreeKill::beat() {
  constexpr int kOften = 64;
  if (on_beat && ++beats_ % kOften == 0) on_beat();
}

bool TreeKill::round() {
  refused_children_.clear();
  const pid_t self = ::getpid();
  const bool first = seen_.empty();
  const Walk walk{.spared = spared_};
  bool met_new = false;
  bool all_stopped = !works(Mechanism::stop_first);
  if (!all_stopped) frozen_.watch();
  if (group_ && !all_stopped) {
    frozen_.stops(-*group_);
    ::kill(-*group_, SIGSTOP);
  }
  // Members that are not our children can be reached only through the group.
  if (group_ && !proc_is_ours()) ::kill(-*group_, SIGKILL);
  // A stopped process cannot fork, but a fork may be in flight: repeat until no new process appears. The number of
  // passes is bounded for a tree that grows as fast as it is walked: its dead must be reaped in between, or each walk
  // takes longer.
  std::unordered_set<pid_t> stopped;
  std::vector<Descendant> listed;  // by the last pass
  for (int pass = 0; pass < 8 && !all_stopped; ++pass) {
    all_stopped = true;
    listed.clear();
    for_each_descendant(
        [&](const Descendant& each) {
          beat();
          listed.push_back(each);
          if (!stopped.insert(each.pid).second) return;
          all_stopped = false;
          met_new |= seen_.insert(each.pid).second;
          frozen_.stops(each.pid);
          (void)signal_descendant(each, SIGSTOP);
        },
        walk);
  }
  if (!works(Mechanism::stop_first)) for_each_descendant([&](const Descendant& each) { listed.push_back(each); }, walk);
  // Kill from the list, not during a walk: the children of a process killed during the walk become ours unseen.
  for (const Descendant& each : listed) {
    beat();
    if (!works(Mechanism::kill_at_a_stroke)) pause_briefly();
    const Signalled signalled = signal_descendant(each, SIGKILL);
    if (signalled == Signalled::sent) killed_.insert(each.pid);
    if (signalled == Signalled::refused && each.parent == self) refused_children_.push_back(each.pid);
  }
  frozen_.all_killed();
  return !all_stopped || (met_new && !first);
}

OrphanKill::Round OrphanKill::round(const Beside& beside) {
  kill_.spare(beside.spared);
  const std::size_t done = kill_.done();
  Round round{.progressed = kill_.round()};
  round.progressed |= kill_.done() != done;
  // Check the watched child before listing: once it is a zombie its children have become ours, so the list below
  // includes them.
  const auto watched = beside.watched ? look_at_process(*beside.watched) : std::nullopt;
  const std::size_t before = left_.size();
  left_.clear();
  for_each_descendant(
      [&](const Descendant& each) {
        if (each.pid != beside.watched) left_.push_back(each);
      },
      {.zombies = Zombies::with, .spared = beside.spared});
  round.empty = left_.empty() && (!watched || watched->zombie);
  for (const Descendant& each : left_) {
    if (each.parent == ::getpid() && ::waitpid(each.pid, nullptr, WNOHANG) > 0) round.progressed = true;
  }
  round.progressed |= left_.size() < before;
  return round;
}

}  // namespace oversee::os
