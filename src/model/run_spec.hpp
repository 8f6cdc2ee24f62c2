// What is to be run and within which limits: the settings turned into values, before any process exists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/duration.hpp"
#include "model/outcome.hpp"
#include "model/stop_ladder.hpp"

namespace oversee::model {

// Where the command's standard input comes from.
struct StandardInput {
  enum class Kind : std::uint8_t { inherit, null, file };
  Kind kind = Kind::inherit;
  std::string path;  // with Kind::file
};

// When the summary line is shown on stderr.
enum class ShowSummary : std::uint8_t { always, failure, never };

struct AttemptLimits {
  TimeLimit wall;
  StopLadder ladder{15, std::chrono::seconds(10)};
  Duration leak = std::chrono::milliseconds(200);  // how long processes may outlive the leader
  Duration give_up = std::chrono::seconds(2);      // after KILL: a process that does not go away is named
};

struct RunSpec {
  std::vector<std::string> argv;         // never empty
  std::vector<std::string> environment;  // "K=V", complete
  std::string directory;                 // empty: where oversee was started
  StandardInput input;
  AttemptLimits limits;
  ExitPolicy exit_policy;
  int attempts = 1;
};

}  // namespace oversee::model
