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

// What the summary says of the log, as known when the run has ended.
struct LogState {
  std::string path;  // empty: there is none
  bool complete = true;
  std::string error;  // why it is not complete
};

// What it says of the events, where the user asked for them.
struct EventsState {
  std::string destination;  // as the user wrote it
  Dropped dropped;
  std::string error;  // why the last ones are not there; empty: they are

  bool complete() const { return dropped.events == 0 && error.empty(); }
};

class JsonSummary final : public model::EventSink {
 public:
  // Takes a whole document, to be put in the place of the one before.
  using Store = std::function<void(std::string_view document)>;

  struct Stores {
    Store while_running;  // told at the start, when there is a slot, and before each retry; may be empty
    Store final;          // told at the end, and once more where lines were dropped after it
  };

  // Asked when the final document is made.
  struct States {
    std::function<LogState()> log;
    std::function<EventsState()> events = {};  // empty: nobody asked for them
  };

  JsonSummary(Stores stores, std::vector<SettingValue> settings, States states);

  void on(const model::Event& event, const model::Reading& at) override;

  // After the last event, while run and attempts still exist: makes the final document anew, with what was dropped.
  void finish(const model::OwnLines& own);

 private:
  void tell_running();
  void tell_finished();

  Stores stores_;
  std::vector<SettingValue> settings_;
  const model::RunInfo* info_ = nullptr;
  model::AttemptHistory ended_;            // where there may be more than one
  model::Instant told_{};                  // of the last retry of which the record was told
  std::optional<model::Duration> waited_;  // for its slot, once it has one
  States states_;
  std::optional<model::RunFinished> finished_;
  std::optional<EventsState> events_;
  model::OwnLines own_lines_;
};

}  // namespace oversee::report
