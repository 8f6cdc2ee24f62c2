// The recorded runs as verbs ask for them: where they are, and the options that choose among them.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/verbs.hpp"
#include "history/run_directory.hpp"
#include "history/run_selection.hpp"
#include "model/clock.hpp"
#include "model/failure.hpp"
#include "model/run_statistics.hpp"

namespace oversee::cli {

// Says why, as error; returns what oversee exits with.
int refuse(const model::Failure& failure);

// None where there is none: nothing was ever run here.
model::Result<std::optional<history::RunDirectory>> find_run_directory();

inline constexpr VerbOption kNameOption{"name", 0, "NAME",
                                        "Those of that name; a pattern such as 'test-*' is one, too"};
inline constexpr VerbOption kLabelOption{.name = "label",
                                         .letter = 0,
                                         .metavar = "LABEL",
                                         .help = "Those with the label K=V, or with any label K",
                                         .repeatable = true};
inline constexpr VerbOption kSinceOption{
    "since", 0, "WHEN", "Those of the last 2h, 1d, ..., or since a date such as 2026-11-23", "1h|1d|7d"};

// What these options and --status ask for; what is wrong with them as a sentence.
std::expected<history::RunChoice, std::string> read_choice(const VerbArguments& arguments, model::WallTime now);

// Those that have ended, as they count: a run that is lost has failed.
std::vector<model::RunSample> samples_of(std::span<const history::SelectedRun> runs);

// On stderr, where records could not be read.
void warn_of_unreadable(const history::Selection& selection);

}  // namespace oversee::cli
