// What the processes of a tree were doing when it was to be stopped, and what a person makes of it in one sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/duration.hpp"
#include "model/signal_name.hpp"

namespace oversee::model {

// By /proc/PID/stat (proc(5)); of the main thread.
enum class ProcessState : std::uint8_t {
  running,
  sleeping,
  uninterruptible,  // in the kernel, where not even KILL reaches it
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
  std::string name;     // as the kernel knows it, at most 15 bytes
  std::string command;  // its command line, quoted; [name] where it has none
  Duration age{};
  ProcessState state = ProcessState::unknown;
  char letter = '?';
  std::string channel;           // the kernel function that it sleeps in; empty: not known, or it does not
  std::string call;              // the system call that it is in; empty likewise
  std::optional<OpenFile> file;  // that the call is about
  Duration cpu{};                // in all
  int cpu_percent = 0;           // of one processor, over the span; threads make more than 100 of it
  Duration cpu_span{};           // since the last look, or its whole life
  std::uint64_t rss_bytes = 0;
  int threads = 1;
  bool files_known = false;  // else it is another user's
  int files = 0;             // open, sockets included
  int sockets = 0;           // among those that were looked at
  std::vector<OpenFile> first_files;
  bool operator==(const ProcessEvidence&) const = default;
};

// Of a processor: from here on a process does something. Below, it is idle between two ticks of the kernel's clock,
// which may put as much on the account of one that sleeps.
inline constexpr int kBusyPercent = 10;

struct Evidence {
  std::vector<ProcessEvidence> processes;  // parents before their children; a bounded number
  std::uint64_t more = 0;                  // that were there and are not listed
  int leader = 0;
  Duration silent{};  // since the last byte of output, or the start; 0 where the output is not seen
  bool operator==(const Evidence&) const = default;
};

// Which process matters, and what it does, as far as it can be told: "python3 4312 sleeps in futex, 0 % CPU". Empty
// where nothing was found.
std::string conclusion(const Evidence& evidence);

// The same behind how long nothing was heard: "silent for 2m; python3 4312 sleeps in futex, 0 % CPU".
std::string sentence(const Evidence& evidence);

// All that is known of a process, on one line.
std::string describe(const ProcessEvidence& process);

}  // namespace oversee::model
