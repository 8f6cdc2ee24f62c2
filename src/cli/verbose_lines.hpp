// The line that -v prints for each attempt: its pid and how its processes are contained.
#pragma once

#include <fmt/format.h>

#include "cli/console.hpp"
#include "model/event.hpp"

namespace oversee::cli {

class VerboseLines final : public model::EventSink {
 public:
  void on(const model::Event& event, const model::Reading&) override {
    const auto* started = std::get_if<model::AttemptStarted>(&event);
    if (started == nullptr) return;
    say(fmt::format("attempt {}: pid {}, held by {}{}{}", started->number, started->pid,
                    to_string(started->containment),
                    started->no_cgroup.empty() ? "" : fmt::format(" alone: {}", started->no_cgroup),
                    started->proc == model::ProcView::all ? "" : fmt::format("; {}", describe(started->proc))));
  }
};

}  // namespace oversee::cli
