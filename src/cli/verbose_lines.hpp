// The lines that -v prints for each attempt: its pid, how its processes are contained, and each signal sent to them.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>

#include "cli/console.hpp"
#include "model/event.hpp"

namespace oversee::cli {

class VerboseLines final : public model::EventSink {
 public:
  void on(const model::Event& event, const model::Reading& at) override {
    if (const auto* sent = std::get_if<model::SignalSent>(&event)) tell(*sent, at);
    const auto* started = std::get_if<model::AttemptStarted>(&event);
    if (started == nullptr) return;
    started_ = at.instant;
    say(fmt::format("attempt {}: pid {}, held by {}{}{}", started->number, started->pid,
                    to_string(started->containment),
                    started->no_cgroup.empty() ? "" : fmt::format(" alone: {}", started->no_cgroup),
                    started->proc == model::ProcView::all ? "" : fmt::format("; {}", describe(started->proc))));
  }

 private:
  void tell(const model::SignalSent& sent, const model::Reading& at) const {
    const std::string when = started_ ? fmt::format(" after {}", model::describe_duration(at.instant - *started_)) : "";
    say(fmt::format("sent {}{} to {}{}", model::signal_name(sent.signal), sent.continued ? " and CONT" : "",
                    receivers(sent), when));
  }

  static std::string receivers(const model::SignalSent& sent) {
    if (sent.reach == model::StopReach::leader) return "the command";
    const std::string_view of_group = sent.reach == model::StopReach::group ? " of its process group" : "";
    if (sent.processes == 0) return of_group.empty() ? "all processes" : "its process group";
    return fmt::format("{} process{}{}", sent.processes, sent.processes == 1 ? "" : "es", of_group);
  }

  std::optional<model::Instant> started_;  // the attempt
};

}  // namespace oversee::cli
