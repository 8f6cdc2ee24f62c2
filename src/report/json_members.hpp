// The members that all JSON documents about a run share: head, settings, attempts, verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "report/json_text.hpp"

namespace oversee::report {

// The effective value of a setting.
struct SettingValue {
  std::string key;
  std::string value;
};

using model::whole_milliseconds;  // the unit of all durations in JSON

// These functions write members into the open object; docs/summary.schema.json defines their meaning.
// For a run that asked for a slot; `waited` is empty while it has none.
void write_slot(JsonText& json, const model::SlotRequest& request, std::optional<model::Duration> waited);

void write_head(JsonText& json, const model::RunInfo& info);
// Only attempts that began, followed by the omitted ones, if any.
void write_attempts(JsonText& json, const std::vector<model::AttemptResult>& attempts,
                    const model::OmittedAttempts* omitted);

void write_settings(JsonText& json, const std::vector<SettingValue>& settings);
void write_verdict(JsonText& json, const model::RunFinished& run);

// Bytes of the command: text if they are UTF-8, else base64.
void write_bytes(JsonText& json, std::string_view bytes);

// The process's own end: exit_code and signal.
void write_end(JsonText& json, std::optional<int> exit_code, std::optional<model::Signal> signal);

// These functions write a whole object.
void write_evidence(JsonText& json, std::string_view key, const model::Evidence& evidence);
void write_user_line(JsonText& json, std::string_view key, const model::UserLineResult& result);
void write_attempt(JsonText& json, std::string_view key, const model::AttemptResult& result);

}  // namespace oversee::report
