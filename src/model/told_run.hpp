// A run as its record tells of it, with all of its attempts: what is read back from a summary, for pages about a run.
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
  AttemptResult result;  // without its evidence; its instants tell the duration alone
  std::string evidence;  // in one sentence; empty where none was taken
};

struct ToldRun {
  std::string id;
  std::string name;
  std::map<std::string, std::string> labels;
  std::string command;  // one line, quoted
  std::string directory;
  std::string host;
  int pid = 0;         // of oversee itself; 0: not known
  std::string status;  // "running", "pending", "lost" and "unknown" as well
  std::string reason;
  std::string summary;  // one sentence; empty while it lives
  WallTime started;
  std::optional<Duration> duration;
  std::optional<int> exit_code;  // of the command
  std::string signal;            // that it died of
  std::optional<int> exit_status;
  bool flaky = false;
  std::vector<ToldAttempt> attempts;
  std::optional<OmittedAttempts> omitted;  // between them
  std::map<std::string, std::string> settings;
  std::string log_path;   // empty: it has none
  std::string log_error;  // why the log is not complete

  bool passed() const { return status == "completed"; }
  // Or may, for all that is known here.
  bool lives() const { return status == "running" || status == "pending" || status == "unknown"; }
};

}  // namespace oversee::model
