// A run record with all its attempts, as it is read back from a summary, for reports about the run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/attempt_history.hpp"
#include "model/clock.hpp"
#include "model/duration.hpp"
#include "model/outcome.hpp"

namespace oversee::model {

struct ToldAttempt {
  AttemptResult result;  // without evidence; its instants are only good for the duration
  std::string evidence;  // the diagnosis in one sentence; empty: no snapshot
};

struct ToldRun {
  std::string id;
  std::string name;
  std::map<std::string, std::string> labels;
  std::string command;  // one line, quoted
  std::string directory;
  std::string host;
  int pid = 0;         // of oversee itself; 0: unknown
  std::string status;  // also "running", "pending", "lost" and "unknown"
  std::string reason;
  std::string summary;  // one sentence; empty while the run lives
  WallTime started;
  std::optional<Duration> duration;
  std::optional<int> exit_code;  // of the command
  std::string signal;            // the signal that killed the command
  std::optional<int> exit_status;
  bool flaky = false;
  std::vector<ToldAttempt> attempts;
  std::optional<OmittedAttempts> omitted;  // attempts that were not kept
  std::map<std::string, std::string> settings;
  std::string log_path;   // empty: no log
  std::string log_error;  // why the log is incomplete

  bool passed() const { return status == "completed"; }
  // True also if its state is unknown.
  bool lives() const { return status == "running" || status == "pending" || status == "unknown"; }
};

}  // namespace oversee::model
