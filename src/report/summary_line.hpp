// The line on stderr that says how a run ended.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

class SummaryLine final : public model::EventSink {
 public:
  // `print` gets whole lines. If a cancelling key echoed "^C" on the terminal, the summary starts on a new line. With
  // colours, the first word shows success, warning or failure.
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
