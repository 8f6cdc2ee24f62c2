// A run with all its attempts, as its record describes it.
#pragma once

#include <cstdint>
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

struct RecordedAttempt {
  AttemptResult result;  // without evidence; its instants are only good for the duration
  std::string evidence;  // the diagnosis in one sentence; empty: no snapshot
};

struct RecordedRun {
  std::string id;
  std::string name;
  std::map<std::string, std::string> labels;
  std::vector<std::string> command;  // argv
  std::string directory;
  std::string host;
  int pid = 0;         // of oversee itself; 0: unknown
  std::string status;  // the record's, or the shown one: then also "lost" and "unknown"
  WallTime started;

  // Empty until the run has ended.
  std::string reason;
  std::string summary;  // one sentence
  std::optional<Duration> duration;
  std::optional<int> exit_code;    // of the command
  std::string signal;              // the signal that killed the command, without SIG
  std::optional<int> exit_status;  // also empty if oversee was killed
  bool flaky = false;

  std::vector<RecordedAttempt> attempts;
  std::optional<OmittedAttempts> omitted;  // attempts that were not kept
  std::map<std::string, std::string> settings;
  std::string log_path;   // empty: no log
  std::string log_error;  // why the log is incomplete

  // All attempts, also those that were not kept.
  std::uint64_t attempt_count() const { return attempts.size() + (omitted ? omitted->count() : 0); }
  bool passed() const { return status == "completed"; }
  // True also if its state is unknown.
  bool lives() const { return status == "running" || status == "pending" || status == "unknown"; }
};

}  // namespace oversee::model
