// -t auto: computes the timeout from recorded runs with the same name.
#pragma once

#include <string>

#include "model/failure.hpp"
#include "model/run_statistics.hpp"

namespace oversee::cli {

// Fails if too few runs have passed. `where` names the setting that asks for it, such as "--timeout", for the message.
model::Result<model::SuggestedTimeout> automatic_timeout(const std::string& name, const std::string& where);

// Describes the origin for users: "auto, from 34 runs".
std::string origin_of(const model::SuggestedTimeout& timeout);

}  // namespace oversee::cli
