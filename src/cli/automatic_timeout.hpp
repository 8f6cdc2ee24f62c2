// The timeout of -t auto: reckoned from the recorded runs of the same name.
#pragma once

#include <string>

#include "model/failure.hpp"
#include "model/run_statistics.hpp"

namespace oversee::cli {

// Fails where too few of them have passed; `where` is the place that asks for it ("--timeout").
model::Result<model::SuggestedTimeout> automatic_timeout(const std::string& name, const std::string& where);

// "auto, from 34 runs": where the limit is from, for people.
std::string origin_of(const model::SuggestedTimeout& timeout);

}  // namespace oversee::cli
