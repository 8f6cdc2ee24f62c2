// The events of a run for programs: JSON Lines by docs/events.schema.json, each written as it happens.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/byte_sink.hpp"
#include "model/event.hpp"
#include "report/json_members.hpp"

namespace oversee::report {

// The count of dropped output.
struct Dropped {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  // of the command's output, not of the lines
};

// While the sink is full, output events are dropped and counted, because the run does not wait for a reader of events.
// All other events are few and small, and are queued. UTF-8 output stays text wherever reads cut it: the start of an
// incomplete sequence is buffered until its rest arrives or the attempt ends.
class EventLines final : public model::EventSink {
 public:
  // The caller owns the sink, and forwards its on_ready to made_room() and its on_error to lost().
  EventLines(model::ByteSink& sink, std::vector<SettingValue> settings);

  void on(const model::Event& event, const model::Reading& at) override;

  void made_room() { full_ = false; }
  // Call when the sink has failed.
  void lost() { lost_ = true; }

  // Of the whole run so far.
  const Dropped& dropped() const { return dropped_; }

 private:
  void tell(const model::RunStarted& event, const model::Reading& at);
  void tell(const model::SlotAwaited& event, const model::Reading& at);
  void tell(const model::SlotTaken& event, const model::Reading& at);
  void tell(const model::AttemptStarted& event, const model::Reading& at);
  void tell(const model::OutputArrived& event, const model::Reading& at);
  void tell(const model::StillRunning& event, const model::Reading& at);
  void tell(const model::EvidenceTaken& event, const model::Reading& at);
  void tell(const model::UserLineStarted& event, const model::Reading& at);
  void tell(const model::UserLineOutput& event, const model::Reading& at);
  void tell(const model::UserLineEnded& event, const model::Reading& at);
  void tell(const model::Stopping& event, const model::Reading& at);
  void tell(const model::AttemptFinished& event, const model::Reading& at);
  void tell(const model::Retrying& event, const model::Reading& at);
  void tell(const model::RunFinished& event, const model::Reading& at);

  void output(std::string_view event, std::string_view bytes, const model::Reading& at);
  JsonText begin(std::string_view event, const model::Reading& at);
  void write(JsonText line);

  model::ByteSink& sink_;
  std::vector<SettingValue> settings_;
  std::string run_id_;
  int attempt_ = 0;
  std::array<std::string, model::kStreams> unfinished_;  // the start of an incomplete sequence, per stream
  bool full_ = false;
  bool lost_ = false;
  Dropped dropped_;
  Dropped gap_;  // not reported in a line yet
};

}  // namespace oversee::report
