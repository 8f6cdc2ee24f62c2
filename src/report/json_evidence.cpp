// Writes the snapshot of a tree as JSON.
#include <string>

#include "report/json_members.hpp"

namespace oversee::report {
namespace {

void optional_text(JsonText& json, std::string_view key, const std::string& text) {
  if (text.empty()) {
    json.null(key);
  } else {
    json.text(key, text);
  }
}

void open_file(JsonText& json, std::string_view key, const model::OpenFile& file) {
  json.begin_object(key).number("fd", file.number).text("target", describe(file)).end_object();
}

void process(JsonText& json, const model::ProcessEvidence& each) {
  json.begin_object().number("pid", each.pid).number("parent", each.parent);
  json.text("name", each.name).text("command", each.command).number("age_ms", whole_milliseconds(each.age));
  json.text("state", to_string(each.state)).text("state_letter", std::string(1, each.letter));
  optional_text(json, "wait_channel", each.channel);
  optional_text(json, "system_call", each.call);
  if (each.file) open_file(json, "waits_on", *each.file);
  json.number("cpu_percent", each.cpu_percent).number("cpu_span_ms", whole_milliseconds(each.cpu_span));
  json.number("cpu_ms", whole_milliseconds(each.cpu)).number("rss_bytes", static_cast<std::int64_t>(each.rss_bytes));
  json.number("threads", each.threads);
  if (each.files_known) {
    json.begin_object("files").number("count", each.files).number("sockets", each.sockets).begin_array("first");
    for (const model::OpenFile& file : each.first_files) open_file(json, {}, file);
    json.end_array().end_object();
  } else {
    json.null("files");
  }
  json.end_object();
}

}  // namespace

void write_evidence(JsonText& json, std::string_view key, const model::Evidence& evidence) {
  json.begin_object(key).text("sentence", sentence(evidence)).number("silent_ms", whole_milliseconds(evidence.silent));
  json.begin_array("processes");
  for (const model::ProcessEvidence& each : evidence.processes) process(json, each);
  json.end_array().number("more_processes", static_cast<std::int64_t>(evidence.more)).end_object();
}

void write_user_line(JsonText& json, std::string_view key, const model::UserLineResult& result) {
  json.begin_object(key);
  write_end(json, result.exit_code, result.signal);
  if (!result.failure.empty()) json.text("failure", result.failure);
  json.boolean("cut_short", result.cut_short).number("duration_ms", whole_milliseconds(result.took));
  json.number("bytes", static_cast<std::int64_t>(result.bytes));
  json.number("omitted", static_cast<std::int64_t>(result.omitted_bytes)).end_object();
}

}  // namespace oversee::report
