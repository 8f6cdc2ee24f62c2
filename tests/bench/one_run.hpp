// One measured run of one command: started, waited for within a bound, its leftovers cleared.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace bench {

enum class Sink : std::uint8_t { null, cat };  // /dev/null, or a pipe that cat empties into /dev/null

struct Command {
  std::string name;  // for messages
  Sink sink = Sink::null;
  unsigned copies = 1;  // started at once; the run is over when the last one has ended
  std::string errors;   // standard error goes to this file, which each run starts anew
  std::vector<std::string> argv;
};

struct Sample {
  std::chrono::nanoseconds wall{};   // to the end of the command, and of cat where there is one
  std::chrono::nanoseconds empty{};  // to the end of the last process it started, or to its being killed as a survivor
  std::chrono::microseconds user{};  // of all that it started, cat excepted
  std::chrono::microseconds system{};
  long max_rss_kib = 0;    // of the largest process among them
  int status = 0;          // the exit code, or 128 + the signal; of several copies the highest
  unsigned alive = 0;      // processes that lived when the command had ended
  unsigned survivors = 0;  // processes that lived on and had to be killed
};

struct Limits {
  std::chrono::milliseconds bound;  // for a run that hangs
  std::chrono::milliseconds grace;  // between the command's end and the killing of what it left
};

// To be called once before the first run: makes this process the one that orphans below it go to, and lets SIGINT and
// SIGTERM end a run in good order.
void prepare_process();

// Whether SIGINT or SIGTERM came: what measure() returned last is worth nothing.
bool interrupted();

// The error is a sentence: what could not be started, or did not end in time. Nothing is left running then.
std::expected<Sample, std::string> measure(const Command& command, const Limits& limits);

}  // namespace bench
