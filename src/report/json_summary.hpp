// The machine-readable summary of a run, by docs/summary.schema.json.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.hpp"
#include "model/failure.hpp"

namespace oversee::report {

// What the summary says of the log, as known when the run has ended.
struct LogState {
  std::string path;  // empty: there is none
  bool complete = true;
  std::string error;  // why it is not complete
};

// A setting as it was in force.
struct SettingValue {
  std::string key;
  std::string value;
};

class JsonSummary final : public model::EventSink {
 public:
  // Takes a whole document, to be put in the place of the one before.
  using Store = std::function<void(std::string_view document)>;

  struct Stores {
    Store while_running;  // told once at the start; may be empty
    Store final;          // told once at the end
  };

  // `log` is asked when the final document is made.
  JsonSummary(Stores stores, std::vector<SettingValue> settings, std::function<LogState()> log);

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  Stores stores_;
  std::vector<SettingValue> settings_;
  std::function<LogState()> log_;
};

}  // namespace oversee::report
