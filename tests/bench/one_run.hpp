// Measures one run of one command: starts it, waits up to a bound, and removes its leftovers.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace bench {

enum class Sink : std::uint8_t { null, cat };  // /dev/null, or a pipe that cat reads into /dev/null

struct Command {
  std::string name;  // for messages
  Sink sink = Sink::null;
  unsigned copies = 1;  // started at once; the run ends with the last one
  std::string errors;   // a file for standard error, truncated for each run
  std::vector<std::string> argv;
};

struct Sample {
  std::chrono::nanoseconds wall{};   // until the end of the command, and of cat if there is one
  std::chrono::nanoseconds empty{};  // until the last process it started ended, or was killed as a survivor
  std::chrono::microseconds user{};  // of all processes of the run except cat
  std::chrono::microseconds system{};
  long max_rss_kib = 0;    // of the largest of these processes
  int status = 0;          // the exit code, or 128 + the signal; the highest of several copies
  unsigned alive = 0;      // processes alive when the command had ended
  unsigned survivors = 0;  // processes that stayed alive and had to be killed
};

struct Limits {
  std::chrono::milliseconds bound;  // for a run that hangs
  std::chrono::milliseconds grace;  // from the command's end until its leftovers are killed
};

// Call once before the first run: makes this process the subreaper of its descendants, and lets SIGINT and SIGTERM end
// a run cleanly.
void prepare_process();

// Whether SIGINT or SIGTERM arrived: then the last result of measure() is invalid.
bool interrupted();

// The error is a sentence about the command that did not start or did not end in time. Then no process is left.
std::expected<Sample, std::string> measure(const Command& command, const Limits& limits);

}  // namespace bench
