// The one line on stderr that says how a run ended.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

class SummaryLine final : public model::EventSink {
 public:
  // `print` is given whole lines. On a terminal that echoes keys, "^C" stands where the line is to go: it gets its own.
  // With colours its first word tells a success, a warning and a failure apart.
  SummaryLine(model::ShowSummary show, bool on_terminal, std::function<void(std::string_view)> print,
              bool colours = false);

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  model::ShowSummary show_;
  bool on_terminal_;
  std::function<void(std::string_view)> print_;
  bool colours_;
};

}  // namespace oversee::report
