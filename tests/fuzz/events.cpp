// Feeds random events of a run to the lines of --events and to the record. Each line must be JSON with the event's
// data, output must come back byte for byte or be counted as dropped, and the record must read back.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../unit/report/made_up_run.hpp"
#include "history/json_reader.hpp"
#include "history/run_record.hpp"
#include "json_line.hpp"
#include "model/utf8.hpp"
#include "must.hpp"
#include "record_directory.hpp"
#include "report/event_lines.hpp"
#include "report/json_summary.hpp"

namespace oversee::fuzz {
namespace {

constexpr std::size_t kLongestLine = 64 * 1024;  // of output
constexpr std::size_t kKinds = 10;

// The text as JSON can hold it.
std::string as_utf8(std::string_view text) {
  std::string whole;
  while (!text.empty()) {
    const std::size_t length = model::valid_sequence(text);
    whole += length == 0 ? "\xef\xbf\xbd" : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return whole;
}

// Reads texts and numbers from the front of the input; empty and 0 after its end.
class Script {
 public:
  explicit Script(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  unsigned number() {
    const std::string_view byte = take(1);
    return byte.empty() ? 0 : static_cast<unsigned char>(byte.front());
  }
  std::string_view bytes() { return take(number()); }
  std::string text() { return std::string(bytes()); }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

// Parses the lines and adds up their contents.
class Reader final : public model::ByteSink {
 public:
  bool write(std::string_view line) override {
    const history::JsonValue json = read_line(line);
    for (const char* key : {"event", "time", "run_id"}) must(json.text(key) != nullptr, "an event has its head");
    must(*json.text("run_id") == run_id, "an event has its run's id");
    if (const auto* dropped = json.member("dropped")) told_as_dropped += *dropped->integer("bytes");
    add_output(json, line.size());
    last = json;
    return !full;
  }
  bool idle() const override { return !full; }

  std::string run_id;
  bool full = false;
  std::string out, err, others;  // as decoded from the lines
  bool any_base64_out = false;
  std::int64_t told_as_dropped = 0;
  history::JsonValue last;

 private:
  void add_output(const history::JsonValue& json, std::size_t size) {
    const std::string& event = *json.text("event");
    const bool of_out = event == "stdout";
    if (!of_out && event != "stderr" && !event.ends_with("_output")) return;
    must(size < kLongestLine, "output comes in lines that readers take");
    any_base64_out = any_base64_out || (of_out && json.text("base64") != nullptr);
    (of_out ? out : event == "stderr" ? err : others) += told_bytes(json);
  }
};

class Story {
 public:
  explicit Story(std::string_view bytes) : script_(bytes), lines_(reader_, {{"name", script_.text()}}) {
    info_.id = script_.text();
    info_.name = script_.text();
    info_.labels = {{'k' + script_.text(), script_.text()}};
    info_.argv = {script_.text(), script_.text()};
    info_.directory = script_.text();
    info_.log_path = script_.text();
    info_.attempts = 2;
    reader_.run_id = as_utf8(info_.id);
  }

  void tell() {
    publish(model::RunStarted{&info_});
    begin_attempt();
    while (!script_.empty()) step(static_cast<unsigned>(script_.number() % kKinds));
    end_attempt();
    reader_.full = false;
    lines_.made_room();
    publish(model::RunFinished{&info_, &results_, judge(results_, {}), report::after(std::chrono::seconds(2))});
    check_output();
    check_record();
  }

 private:
  // Ten kinds, so that the digits 0 to 9 select them.
  void step(unsigned kind) {
    using Kind = model::UserLineKind;
    switch (kind) {
      case 0:
      case 1: return output(kind == 0 ? model::Stream::out : model::Stream::err, script_.text());
      case 2: {
        std::string much;
        const std::string_view bytes = script_.bytes();
        for (unsigned times = script_.number() % 64; times > 0; --times) much += bytes;
        return output(model::Stream::out, much);
      }
      case 3: reader_.full = true; return;
      case 4:
        reader_.full = false;
        lines_.made_room();
        return;
      case 5: {
        const std::string_view bytes = script_.bytes();
        others_ += bytes;
        return publish(model::UserLineOutput{Kind::before_retry, bytes});
      }
      case 6: return publish(model::UserLineStarted{Kind::on_timeout, script_.bytes()});
      case 7: return look_at_processes();
      case 8: {
        const model::SlotRequest request{.group = script_.text(), .most = script_.number()};
        return publish(model::SlotTaken{&request, script_.bytes(), std::chrono::milliseconds(script_.number())});
      }
      default: end_attempt(); begin_attempt();
    }
  }

  void output(model::Stream stream, const std::string& bytes) {
    (stream == model::Stream::out ? out_ : err_) += bytes;
    publish(model::OutputArrived{stream, bytes});
  }

  void look_at_processes() {
    model::ProcessEvidence process;
    process.name = script_.text();
    process.command = script_.text();
    process.channel = script_.text();
    process.letter = static_cast<char>(script_.number());
    process.files_known = true;
    process.first_files = {{1, model::FileKind::file, script_.text()}};
    result_.evidence = model::Evidence{.processes = {process}};
    publish(model::EvidenceTaken{&*result_.evidence});
  }

  void begin_attempt() {
    const int number = static_cast<int>(results_.size()) + 1;
    result_ = report::made_up_result(model::Status::failed, model::Reason::signal, number);
    publish(model::AttemptStarted{number, 42});
  }

  void end_attempt() {
    result_.signal = 1 + static_cast<int>(script_.number() % 64);
    result_.leaked = {{{static_cast<int>(script_.number()), script_.text()}, {}}};
    result_.spawn_failure = {script_.text(), 2, script_.text()};
    result_.before_retry = model::UserLineResult{.failure = script_.text()};
    results_.push_back(result_);
    publish(model::AttemptFinished{&result_});
  }

  void publish(const model::Event& event) {
    const model::Reading at = report::after(std::chrono::seconds(1));
    lines_.on(event, at);
    record_.on(event, at);
  }

  void check_output() const {
    const auto* total = reader_.last.member("dropped_total");
    must(total != nullptr, "the last event tells what was dropped");
    const std::int64_t dropped = *total->integer("bytes");
    must(dropped == reader_.told_as_dropped, "what was dropped is told where it is missing, and at the end");
    const std::size_t told = out_.size() + err_.size() + others_.size();
    const std::size_t came = reader_.out.size() + reader_.err.size() + reader_.others.size();
    must(came + static_cast<std::size_t>(dropped) == told, "output comes back or is counted");
    if (dropped != 0) return;
    must(reader_.out == out_ && reader_.err == err_ && reader_.others == others_, "output comes back as it was");
    must(results_.size() > 1 || !reader_.any_base64_out || !model::is_utf8(out_), "output that is text stays text");
  }

  void check_record() const {
    must(model::is_utf8(document_), "a record is UTF-8");
    const auto json = history::read_json(document_);
    must(json.has_value(), "a record is JSON");
    const std::string name = as_utf8(info_.name);
    must(*json->text("run_id") == as_utf8(info_.id) && *json->text("name") == name, "a record has id and name");
    static const history::RunDirectory directory = make_directory();
    const auto read = history::parse_record(document_, directory, info_.id);
    must(read.has_value() && read->name == name, "a record is read");
    const history::RunRecord& told = *read;
    must(told.attempts.size() == results_.size(), "a record has its attempts");
    must(told.directory == as_utf8(info_.directory), "a record has its directory");
    const model::AttemptResult& last = told.attempts.back().result;
    must(last.leaked.front().command == as_utf8(results_.back().leaked.front().command), "a leaked process is named");
    must(last.signal == results_.back().signal, "a signal reads as it is written");
  }

  Script script_;
  Reader reader_;
  report::EventLines lines_;
  std::string document_;
  report::JsonSummary record_{
      {[this](std::string_view text) { document_ = text; }, [this](std::string_view text) { document_ = text; }},
      {},
      {[] { return report::LogState{}; }}};
  model::RunInfo info_ = report::made_up_run();
  model::AttemptResult result_;
  std::vector<model::AttemptResult> results_;
  std::string out_, err_, others_;  // as they were fed
};

}  // namespace
}  // namespace oversee::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  oversee::fuzz::Story({reinterpret_cast<const char*>(data), size}).tell();
  return 0;
}
