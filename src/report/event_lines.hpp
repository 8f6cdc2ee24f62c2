// What happens in a run, for programs: JSON Lines by docs/events.schema.json, each written as it happens.
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

// Output that was left out.
struct Dropped {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  // of the command's, not of the lines
};

// While the sink is full, output is dropped and counted, as nobody waits for a reader of events; all other events are
// few and small, and are queued. Output that is UTF-8 stays text, wherever it was cut when it was read: the start of an
// unfinished sequence waits for its rest, until the attempt ends.
class EventLines final : public model::EventSink {
 public:
  // The sink stays the caller's, who passes its on_ready on to made_room() and its on_error to lost().
  EventLines(model::ByteSink& sink, std::vector<SettingValue> settings);

  void on(const model::Event& event, const model::Reading& at) override;

  void made_room() { full_ = false; }
  // Nothing gets through any more.
  void lost() { lost_ = true; }

  // In the whole run so far.
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
  void tell(const model::SignalSent& event, const model::Reading& at);
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
  std::array<std::string, model::kStreams> unfinished_;  // the start of a sequence, of each stream
  bool full_ = false;
  bool lost_ = false;
  Dropped dropped_;
  Dropped gap_;  // not told in a line yet
};

}  // namespace oversee::report
