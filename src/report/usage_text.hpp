// Limits and usage as text for the log.
#pragma once

#include <string>

#include "model/event.hpp"

namespace oversee::report {

// The requested limits: "timeout 10m  memory 2GiB  stop TERM:10s,KILL".
std::string limits_text(const model::AttemptLimits& limits);

// How the tree's limits were enforced: "memory 2GiB by sampling, 8GiB a process by rlimit".
std::string means_text(const std::vector<model::HeldLimit>& limits);

// "cpu 58.1s user 3.1s system  memory 512MiB (largest process)"
std::string cost_text(const model::Usage& usage);

// "at least 12 processes  3 major faults  …"
std::string usage_text(const model::Usage& usage);

}  // namespace oversee::report
