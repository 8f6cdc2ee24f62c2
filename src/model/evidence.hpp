// A snapshot of the tree's processes before a stop, and a one-sentence diagnosis of it for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/duration.hpp"
#include "model/signal_name.hpp"

namespace oversee::model {

// The state in /proc/PID/stat (proc(5)), of the main thread.
enum class ProcessState : std::uint8_t {
  running,
  sleeping,
  uninterruptible,  // in the kernel, where not even KILL takes effect
  stopped,
  traced,  // held by a debugger
  zombie,
  unknown,
};
ProcessState process_state(char letter);
std::string_view to_string(ProcessState state);

enum class FileKind : std::uint8_t { file, terminal, pipe, socket, connection, listener, other };

struct OpenFile {
  int number = 0;
  FileKind kind = FileKind::other;
  std::string target;  // a path, "pipe:[4711]", "10.0.0.1:443" of a connection, "0.0.0.0:80" of a listener
  bool operator==(const OpenFile&) const = default;
};

// "pipe:[4711]", "tcp to 10.0.0.1:443", …
std::string describe(const OpenFile& file);

struct ProcessEvidence {
  int pid = 0;
  int parent = 0;
  std::string name;     // the kernel's name for it, at most 15 bytes
  std::string command;  // command line, quoted; [name] if it has none
  Duration age{};
  ProcessState state = ProcessState::unknown;
  char letter = '?';
  std::string channel;           // the kernel function it sleeps in; empty: unknown, or not asleep
  std::string call;              // the current system call; empty: unknown, or none
  std::optional<OpenFile> file;  // the call's file argument
  Duration cpu{};                // since its start
  int cpu_percent = 0;           // of one processor, over cpu_span; threads can push it above 100
  Duration cpu_span{};           // since the previous sample, or since its start
  std::uint64_t rss_bytes = 0;
  int threads = 1;
  bool files_known = false;  // false: the process belongs to another user
  int files = 0;             // open descriptors, sockets included
  int sockets = 0;           // sockets among the inspected descriptors
  std::vector<OpenFile> first_files;
  bool operator==(const ProcessEvidence&) const = default;
};

// From this CPU share of one processor on, a process counts as busy. The kernel's tick accounting may charge as much to
// a process that sleeps.
inline constexpr int kBusyPercent = 10;

struct Evidence {
  std::vector<ProcessEvidence> processes;  // parents before children; bounded in number
  std::uint64_t more = 0;                  // processes that are not listed
  int leader = 0;
  Duration silent{};  // since the last byte of output, or the start; 0 if the output is not read
  bool operator==(const Evidence&) const = default;
};

// The process that matters most and what it does, if known: "python3 4312 sleeps in futex, 0 % CPU". Empty if there is
// no process.
std::string conclusion(const Evidence& evidence);

// The conclusion after the length of the silence: "silent for 2m; python3 4312 sleeps in futex, 0 % CPU".
std::string sentence(const Evidence& evidence);

// One line with every known detail of the process.
std::string describe(const ProcessEvidence& process);

}  // namespace oversee::model
