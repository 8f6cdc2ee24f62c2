// An attempt's machine on a fake clock: events in, names of actions out. No processes, no waiting.
#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "run/attempt_machine.hpp"

namespace oversee::run {

// "TERM", "kill", "name", …
inline std::string word(const AttemptAction& action) {
  if (const auto* all = std::get_if<SignalTree>(&action)) return model::signal_name(all->signal);
  if (const auto* group = std::get_if<StopGroup>(&action)) return "group " + model::signal_name(group->signal);
  if (const auto* leader = std::get_if<StopLeader>(&action)) return "leader " + model::signal_name(leader->signal);
  if (std::holds_alternative<KillTree>(action)) return "kill";
  if (std::holds_alternative<GatherEvidence>(action)) return "look";
  if (std::holds_alternative<RunOnTimeout>(action)) return "run line";
  if (std::holds_alternative<KillOnTimeout>(action)) return "kill line";
  if (std::holds_alternative<NameSurvivors>(action)) return "name";
  if (std::holds_alternative<LetGo>(action)) return "let go";
  if (std::holds_alternative<KillOrphans>(action)) return "kill orphans";
  if (std::holds_alternative<NameOrphans>(action)) return "name orphans";
  if (std::holds_alternative<KillGuard>(action)) return "kill guard";
  if (std::holds_alternative<CloseQuietStreams>(action)) return "close quiet";
  return "close";
}

inline std::string words(const std::vector<AttemptAction>& actions) {
  std::string text;
  for (const AttemptAction& each : actions) text += (text.empty() ? "" : ", ") + word(each);
  return text;
}

inline LeaderExited exited(int code) { return {code, {}}; }
inline LeaderExited died(model::Signal signal) { return {{}, signal}; }
inline StreamEnded out_ended(int error = 0) { return {model::Stream::out, error}; }
inline StreamEnded err_ended(int error = 0) { return {model::Stream::err, error}; }

inline constexpr int kSender = 4242;

// A cancellation by kill(1) or another program.
inline CancelRequested sent(model::Signal signal) { return {.by = {signal, kSender}}; }

// A cancellation by a key at the terminal.
inline CancelRequested pressed(model::Signal signal, bool keys_read = false) {
  return {.by = {signal, 0}, .from_terminal = true, .keys_read = keys_read};
}

class DrivenMachine {
 public:
  using State = AttemptMachine::State;

  explicit DrivenMachine(model::AttemptLimits limits = {}, int streams = 2) : machine_(std::move(limits), streams) {}

  // A machine whose start was requested at 0 s.
  static DrivenMachine requested(model::AttemptLimits limits = {}, int streams = 2) {
    DrivenMachine machine(std::move(limits), streams);
    machine.at({}, Requested{});
    return machine;
  }

  // The same, started at once.
  static DrivenMachine started(model::AttemptLimits limits = {}, int streams = 2) {
    DrivenMachine machine = requested(std::move(limits), streams);
    machine.at({}, Started{});
    return machine;
  }

  // A machine in a run with this total timeout.
  static DrivenMachine of_run(model::Duration total, model::AttemptLimits limits) {
    DrivenMachine machine(std::move(limits));
    machine.at({}, Requested{kBeginning + total});
    machine.at({}, Started{});
    return machine;
  }

  // Sends the event at this time after the beginning; returns the actions.
  std::vector<AttemptAction> step(model::Duration time, const AttemptEvent& event) {
    return machine_.step(event, kBeginning + time);
  }
  // The same, as text.
  std::string at(model::Duration time, const AttemptEvent& event) { return words(step(time, event)); }
  std::string tick(model::Duration time) { return at(time, Tick{}); }

  // The command writes something.
  void output(model::Duration time) { machine_.output_seen(kBeginning + time); }

  // When it wants a tick, after the beginning.
  std::optional<model::Duration> wake() const {
    const auto instant = machine_.wake_at();
    return instant ? std::optional(*instant - kBeginning) : std::nullopt;
  }

  // The next stop by a deadline, after the beginning.
  std::optional<model::Duration> next_stop() const {
    const auto instant = machine_.next_stop();
    return instant ? std::optional(*instant - kBeginning) : std::nullopt;
  }

  // The stop that the guard would start or continue, after the beginning; empty if no stop is due.
  struct Backstop {
    model::Duration at{};
    std::size_t rung = 0;
    bool operator==(const Backstop&) const = default;
  };
  std::optional<Backstop> deadline() const {
    const auto keep = machine_.deadline();
    return keep.at ? std::optional(Backstop{*keep.at - kBeginning.time_since_epoch(), keep.rung}) : std::nullopt;
  }

  // Whether that stop would start with KILL.
  bool deadline_kills() const {
    const auto keep = machine_.deadline();
    return keep.at && keep.ladder.at(keep.rung).signal == SIGKILL;
  }

  // The leader's exit, the empty tree and the ends of both streams, all at once.
  void end_all(model::Duration time, const LeaderExited& exit) {
    at(time, exit);
    at(time, TreeEmptied{});
    at(time, out_ended());
    at(time, err_ended());
  }

  State state() const { return machine_.state(); }
  bool done() const { return machine_.done(); }
  const model::AttemptResult& result() const { return machine_.result(); }
  std::optional<model::Status> stopping_for() const { return machine_.stopping_for(); }

  // "timed_out timeout"
  std::string verdict() const {
    return std::string(to_string(result().status)) + ' ' + std::string(to_string(result().reason));
  }

 private:
  // The monotonic clock does not start at zero.
  static constexpr model::Instant kBeginning{std::chrono::seconds(1'000'000)};

  AttemptMachine machine_;
};

inline model::AttemptLimits limits(model::TimeLimit wall, std::string_view ladder = "TERM:10s,KILL") {
  model::AttemptLimits limits;
  limits.wall = wall;
  limits.ladder = model::StopLadder::parse(ladder).value();
  return limits;
}

}  // namespace oversee::run
