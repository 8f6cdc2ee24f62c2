// The members that the JSON documents about a run share: its head, its settings, an attempt, the verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "report/json_text.hpp"

namespace oversee::report {

// A setting as it was in force.
struct SettingValue {
  std::string key;
  std::string value;
};

using model::whole_milliseconds;  // as all durations are told there

// Each writes its members into the object that is open. Their meaning is in docs/summary.schema.json.
// Of a run that is to have a slot; how long it waited is not known before it has one, or never will.
void write_slot(JsonText& json, const model::SlotRequest& request, std::optional<model::Duration> waited);

void write_head(JsonText& json, const model::RunInfo& info);
// Those that were begun.
// Behind what is omitted between them, where something is.
void write_attempts(JsonText& json, const std::vector<model::AttemptResult>& attempts,
                    const model::OmittedAttempts* omitted);

void write_settings(JsonText& json, const std::vector<SettingValue>& settings);
void write_verdict(JsonText& json, const model::RunFinished& run);

// Bytes of the command's: text where they are UTF-8, else base64.
void write_bytes(JsonText& json, std::string_view bytes);

// What a process itself ended with: exit_code, signal.
void write_end(JsonText& json, std::optional<int> exit_code, std::optional<model::Signal> signal);

// Each writes the whole object.
void write_evidence(JsonText& json, std::string_view key, const model::Evidence& evidence);
void write_user_line(JsonText& json, std::string_view key, const model::UserLineResult& result);
void write_attempt(JsonText& json, std::string_view key, const model::AttemptResult& result);

}  // namespace oversee::report
