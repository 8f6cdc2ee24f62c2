// The machine-readable summary of a run, by docs/summary.schema.json.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/attempt_history.hpp"
#include "model/event.hpp"
#include "model/failure.hpp"
#include "model/own_lines.hpp"
#include "report/event_lines.hpp"
#include "report/json_members.hpp"

namespace oversee::report {

// The final state of the log.
struct LogState {
  std::string path;  // empty: no log
  bool complete = true;
  std::string error;       // why it is incomplete
  bool fails_run = false;  // the user requires it: then a success becomes an exit status of 125
};

// The final state of the events, if the user asked for them.
struct EventsState {
  std::string destination;  // as the user wrote it
  Dropped dropped;
  std::string error;  // why the last ones are missing; empty: none are

  bool complete() const { return dropped.events == 0 && error.empty(); }
};

class JsonSummary final : public model::EventSink {
 public:
  // Replaces the stored document by this one.
  using Store = std::function<void(std::string_view document)>;

  struct Stores {
    Store while_running;  // at the start, when the run gets its slot, and before each retry; may be empty
    Store final;          // at the end, and again if lines were dropped after it
  };

  // Called when the final document is made.
  struct States {
    std::function<LogState()> log;
    std::function<EventsState()> events = {};  // empty: no events were asked for
  };

  JsonSummary(Stores stores, std::vector<SettingValue> settings, States states);

  void on(const model::Event& event, const model::Reading& at) override;

  // Call after the last event, while run and attempts still exist: rewrites the final document with the dropped lines.
  void finish(const model::OwnLines& own);

 private:
  void tell_running();
  void tell_finished();

  Stores stores_;
  std::vector<SettingValue> settings_;
  const model::RunInfo* info_ = nullptr;
  model::AttemptHistory ended_;            // only if more than one is allowed
  model::Instant told_{};                  // the latest update at a retry
  std::optional<model::Duration> waited_;  // for the slot; empty until it is taken
  States states_;
  std::optional<model::RunFinished> finished_;
  std::optional<EventsState> events_;
  model::OwnLines own_lines_;
};

}  // namespace oversee::report
