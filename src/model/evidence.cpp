// Describes a snapshot: each process on one line, and the whole tree in one sentence.
#include "model/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "model/byte_size.hpp"

namespace oversee::model {
namespace {

constexpr int kBurning = 50;

// Shorter silences are not mentioned.
constexpr auto kSilence = std::chrono::seconds(1);

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

bool is_shell(const ProcessEvidence& process) {
  static constexpr std::array<std::string_view, 12> kShells{"sh",  "bash", "dash", "zsh", "fish",    "ksh",
                                                            "ash", "mksh", "tcsh", "csh", "busybox", "rbash"};
  return contains(kShells, process.name);
}

bool is_alive(const ProcessEvidence& process) { return process.state != ProcessState::zombie; }

bool waits_for_child(const ProcessEvidence& process) {
  return process.call == "wait4" || process.call == "waitid" || process.channel == "do_wait";
}

bool is_input(std::string_view call) {
  static constexpr std::array<std::string_view, 8> kCalls{"read",    "readv",   "pread64",  "recvfrom",
                                                          "recvmsg", "preadv2", "recvmmsg", "preadv"};
  return contains(kCalls, call);
}

bool is_output(std::string_view call) {
  static constexpr std::array<std::string_view, 7> kCalls{"write",   "writev",  "pwrite64", "sendto",
                                                          "sendmsg", "pwritev", "sendfile"};
  return contains(kCalls, call);
}

bool watches_many(std::string_view call) {
  static constexpr std::array<std::string_view, 6> kCalls{"poll",     "ppoll",      "select",
                                                          "pselect6", "epoll_wait", "epoll_pwait"};
  return contains(kCalls, call);
}

// The process waits for the other end of a pipe, so the process at that end is more telling.
bool waits_for_pipe(const ProcessEvidence& process) {
  const bool transfers = is_input(process.call) || is_output(process.call);
  return (transfers && process.file && process.file->kind == FileKind::pipe) || process.channel == "pipe_read" ||
         process.channel == "anon_pipe_read" || process.channel == "pipe_wait_readable";
}

std::string named(const ProcessEvidence& process) { return fmt::format("{} {}", process.name, process.pid); }

std::string describe_target(const OpenFile& file) {
  switch (file.kind) {
    case FileKind::file: return file.target;
    case FileKind::terminal: return "the terminal";
    case FileKind::pipe: return "a pipe";
    case FileKind::socket: return "a socket";
    case FileKind::connection: return fmt::format("socket to {}", file.target);
    case FileKind::listener: return fmt::format("socket at {}", file.target);
    case FileKind::other: return file.target;
  }
  return file.target;
}

// "sleeps in futex"; if the call is unknown, names the kernel function.
std::string sleeps_in(const ProcessEvidence& process) {
  const std::string& place = process.call.empty() ? process.channel : process.call;
  return place.empty() ? "sleeps" : fmt::format("sleeps in {}", place);
}

std::string waits_on_file(const ProcessEvidence& process, const OpenFile& file) {
  const bool network = file.kind == FileKind::connection;
  if (is_input(process.call) || process.call == "connect") {
    if (network) return fmt::format("waits for the network ({})", describe_target(file));
    if (process.call == "connect") return "waits to be connected";
    return fmt::format("waits for input from {}", describe_target(file));
  }
  if (is_output(process.call)) {
    return fmt::format("waits for {} to take its output", network ? "the network" : describe_target(file));
  }
  if (process.call == "accept" || process.call == "accept4") {
    return fmt::format("waits for a connection ({})", describe_target(file));
  }
  if (process.call == "flock") return fmt::format("waits for a lock on {}", describe_target(file));
  return sleeps_in(process);
}

std::string doing(const ProcessEvidence& process) {
  switch (process.state) {
    case ProcessState::running: return "runs";
    case ProcessState::stopped: return "is stopped";
    case ProcessState::traced: return "is held by a debugger";
    case ProcessState::zombie: return "has ended and is not reaped by its parent";
    case ProcessState::uninterruptible: {
      const std::string& place = process.channel.empty() ? process.call : process.channel;
      return fmt::format("waits in the kernel, where no signal reaches it{}",
                         place.empty() ? "" : fmt::format(" ({})", place));
    }
    case ProcessState::sleeping:
    case ProcessState::unknown: break;
  }
  if (process.channel == "wait_for_partner" || process.channel == "fifo_open") {
    return "waits for somebody to open the other end of a fifo";
  }
  if (waits_for_child(process)) return "waits for a child of its own";
  if (process.file) return waits_on_file(process, *process.file);
  std::string text = sleeps_in(process);
  // Which of its files the call waits on is unknown; an open connection among them is a likely cause.
  const auto connection = std::ranges::find(process.first_files, FileKind::connection, &OpenFile::kind);
  if (watches_many(process.call) && connection != process.first_files.end()) {
    text += fmt::format(" with a connection to {} open", connection->target);
  }
  return text;
}

// The listed processes as a tree.
class Family {
 public:
  explicit Family(const std::vector<ProcessEvidence>& members) : members_(members) {}

  const ProcessEvidence* find(int pid) const {
    const auto found = std::ranges::find(members_, pid, &ProcessEvidence::pid);
    return found == members_.end() ? nullptr : &*found;
  }

  bool has_live_child(const ProcessEvidence& process) const {
    return std::ranges::any_of(
        members_, [&](const ProcessEvidence& each) { return each.parent == process.pid && is_alive(each); });
  }

  // The number of listed ancestors. Bounded, because processes were read at different times and parents may form a
  // cycle.
  int depth(const ProcessEvidence& process) const {
    int depth = 0;
    for (const ProcessEvidence* each = find(process.parent); each != nullptr && depth < 64; each = find(each->parent)) {
      ++depth;
    }
    return depth;
  }

  const ProcessEvidence* busiest() const {
    const auto found = std::ranges::max_element(members_, {}, &ProcessEvidence::cpu_percent);
    return found == members_.end() || found->cpu_percent < kBusyPercent ? nullptr : &*found;
  }

  const ProcessEvidence* first_in(ProcessState state) const {
    const auto found = std::ranges::find(members_, state, &ProcessEvidence::state);
    return found == members_.end() ? nullptr : &*found;
  }

  // Picks the process that the others most likely wait for: alive, a leaf of the tree, not waiting on a pipe, no shell,
  // deepest, youngest.
  const ProcessEvidence* last_in_line() const {
    const auto weight = [this](const ProcessEvidence& each) {
      return std::tuple(is_alive(each), !has_live_child(each), !waits_for_pipe(each), !is_shell(each), depth(each),
                        -each.age);
    };
    const auto found = std::ranges::max_element(members_, {}, weight);
    return found == members_.end() ? nullptr : &*found;
  }

 private:
  const std::vector<ProcessEvidence>& members_;
};

std::string of_the_busy(const Evidence& evidence, const ProcessEvidence& busiest) {
  const auto others = std::ranges::count_if(evidence.processes, [&](const ProcessEvidence& each) {
    return each.pid != busiest.pid && each.cpu_percent >= kBusyPercent;
  });
  std::string text = fmt::format("{} {} {} % CPU", named(busiest), busiest.cpu_percent >= kBurning ? "burns" : "uses",
                                 busiest.cpu_percent);
  if (others > 0) text += fmt::format(", {} more {} busy", others, others == 1 ? "process is" : "processes are");
  return text;
}

}  // namespace

ProcessState process_state(char letter) {
  switch (letter) {
    case 'R': return ProcessState::running;
    case 'S':
    case 'I': return ProcessState::sleeping;
    case 'D': return ProcessState::uninterruptible;
    case 'T': return ProcessState::stopped;
    case 't': return ProcessState::traced;
    case 'Z':
    case 'X': return ProcessState::zombie;
    default: return ProcessState::unknown;
  }
}

std::string_view to_string(ProcessState state) {
  switch (state) {
    case ProcessState::running: return "running";
    case ProcessState::sleeping: return "sleeping";
    case ProcessState::uninterruptible: return "uninterruptible";
    case ProcessState::stopped: return "stopped";
    case ProcessState::traced: return "traced";
    case ProcessState::zombie: return "zombie";
    case ProcessState::unknown: return "unknown";
  }
  return "";
}

std::string describe(const OpenFile& file) {
  if (file.kind == FileKind::connection) return fmt::format("tcp to {}", file.target);
  if (file.kind == FileKind::listener) return fmt::format("tcp listening at {}", file.target);
  return file.target;
}

std::string conclusion(const Evidence& evidence) {
  const Family family(evidence.processes);
  if (const auto* busiest = family.busiest()) return of_the_busy(evidence, *busiest);
  const ProcessEvidence* chosen = family.first_in(ProcessState::uninterruptible);
  if (chosen == nullptr) chosen = family.first_in(ProcessState::traced);
  if (chosen == nullptr) chosen = family.first_in(ProcessState::stopped);
  if (chosen == nullptr) chosen = family.last_in_line();
  if (chosen == nullptr) return {};
  const std::string what = fmt::format("{}, {} % CPU", doing(*chosen), chosen->cpu_percent);
  const ProcessEvidence* leader = family.find(evidence.leader);
  if (leader == nullptr || leader == chosen || !waits_for_child(*leader) || family.depth(*chosen) == 0) {
    return fmt::format("{} {}", named(*chosen), what);
  }
  const bool child = chosen->parent == leader->pid;
  return fmt::format("{} waits for {}{}, which {}", named(*leader), child ? "its child " : "", named(*chosen), what);
}

std::string sentence(const Evidence& evidence) {
  std::string what = conclusion(evidence);
  if (evidence.silent < kSilence) return what;
  return fmt::format("silent for {}{}{}", describe_duration(evidence.silent), what.empty() ? "" : "; ", what);
}

std::string describe(const ProcessEvidence& process) {
  std::string text = fmt::format("pid {}  parent {}  age {}  {} {}", process.pid, process.parent,
                                 describe_duration(process.age), process.letter, to_string(process.state));
  if (!process.call.empty()) text += fmt::format(" in {}", process.call);
  if (process.file) text += fmt::format(" of {} {}", process.file->number, describe(*process.file));
  if (!process.channel.empty()) text += fmt::format(" ({})", process.channel);
  text +=
      fmt::format("  cpu {} % of {}, {} in all  memory {}", process.cpu_percent, describe_duration(process.cpu_span),
                  describe_duration(process.cpu), describe_byte_size(process.rss_bytes));
  if (process.threads > 1) text += fmt::format("  threads {}", process.threads);
  if (process.files_known) {
    text += fmt::format("  files {}", process.files);
    if (process.sockets > 0)
      text += fmt::format(" ({} {})", process.sockets, process.sockets == 1 ? "socket" : "sockets");
    for (std::size_t i = 0; i < process.first_files.size(); ++i) {
      text +=
          fmt::format("{} {} {}", i == 0 ? ":" : ",", process.first_files[i].number, describe(process.first_files[i]));
    }
    if (static_cast<std::size_t>(process.files) > process.first_files.size()) text += ", ...";
  }
  return text + "  " + process.command;
}

}  // namespace oversee::model
