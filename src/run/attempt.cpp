// Turns callbacks into events of the machine, and its actions into requests to the guard.
#include "run/attempt.hpp"

#include <unistd.h>

#include <csignal>
#include <utility>

#include "model/cgroup_name.hpp"
#include "model/mechanism.hpp"
#include "os/cgroup.hpp"
#include "os/cgroup_controllers.hpp"
#include "os/clock.hpp"
#include "os/host.hpp"
#include "os/proc.hpp"
#include "os/process_state.hpp"
#include "os/process_tree.hpp"
#include "uv/child_process.hpp"

namespace oversee::run {
namespace {

using model::Mechanism;
using model::works;

LeaderExited leader_exit(const guard::LeaderExited& report) {
  return {report.exit_code(), report.signal(), report.out_of_memory_kills};
}

// The number of streams to read.
int streams_of(const AttemptPlan& plan) {
  if (plan.pty) return 1;
  return plan.capture ? static_cast<int>(model::kStreams) : 0;
}

}  // namespace

Attempt::Attempt(uv::Loop& loop, AttemptPlan plan, Callbacks callbacks)
    : loop_(loop),
      plan_(std::move(plan)),
      callbacks_(std::move(callbacks)),
      link_(loop, {[this](const guard::Report& report) { reported(report); }, [this] { post(GuardLost{}); },
                   [this] { callbacks_.on_guard_gone(); }}),
      timer_(loop, [this] { post(Tick{.output_waits = output_waits(), .guard_starves = guard_starves()}); }),
      output_(loop, {[this](model::Stream stream, std::string_view bytes) { output(stream, bytes); },
                     [this](model::Stream stream, int error) {
                       post(StreamEnded{stream, error});
                     },
                     [this](bool held) { held ? post(OutputHeld{}) : post(OutputFreed{}); }}),
      machine_(plan_.spec->limits, streams_of(plan_)),
      notices_(plan_.spec->notices, plan_.spec->output_is_shown),
      notice_timer_(loop, [this] { tell_notices(); }) {}

model::Result<void> Attempt::prepare() {
  if (auto opened = open_output(); !opened) return opened;
  const bool typed = terminal_ && plan_.spec->input.is_callers();
  auto input = os::duplicate(typed ? output_.command_end(model::Stream::out) : plan_.input);
  if (!input) return std::unexpected(input.error());
  auto held = users_terminal();
  if (!held) return std::unexpected(held.error());
  const auto started = link_.start({.input = input->get(),
                                    .output = output_.command_end(model::Stream::out),
                                    .error = output_.command_end(model::Stream::err),
                                    .terminal = held->get(),
                                    .slot = plan_.slot},
                                   plan_.run_id);
  output_.close_command_ends();
  return started;
}

model::Result<void> Attempt::open_output() {
  if (plan_.pty) return open_terminal();
  if (plan_.capture) {
    auto out = output_.use_pipe(model::Stream::out);
    return out ? output_.use_pipe(model::Stream::err) : out;
  }
  auto out = output_.pass_on(model::Stream::out, STDOUT_FILENO);
  return out ? output_.pass_on(model::Stream::err, STDERR_FILENO) : out;
}

// The command gets the slave as 0, 1 and 2, as under a shell.
model::Result<void> Attempt::open_terminal() {
  const bool inherits = plan_.spec->input.is_callers();
  terminal_ = std::make_unique<TerminalLink>(
      loop_, inherits ? std::optional(plan_.input) : std::nullopt,
      TerminalLink::Callbacks{
          .on_key =
              [this](model::Signal signal, bool keys_read) {
                callbacks_.on_cancel({.by = {signal, 0}, .from_terminal = true, .keys_read = keys_read});
              },
          .on_hold = [this](const std::string& modes) { hold_terminal(modes); }});
  auto pair = terminal_->make();
  if (!pair) return std::unexpected(pair.error());
  return output_.use_terminal(std::move(*pair));
}

// The terminal that the guard restores if we cannot.
model::Result<os::UniqueFd> Attempt::users_terminal() const {
  if (terminal_) {
    auto switched = terminal_->users_terminal();
    if (!switched || *switched) return switched;
  }
  return plan_.terminal != nullptr ? os::duplicate(plan_.terminal->fd()) : os::UniqueFd();
}

void Attempt::hold_terminal(const std::string& modes) {
  link_.send(guard::HoldTerminal{.modes = modes, .group = ::getpgrp(), .shared = !plan_.pty});
}

void Attempt::hold_screen(const std::string& undo) {
  if (requested_) link_.send(guard::HoldScreen{undo});
}

void Attempt::begin(const model::RunInfo& info, const std::vector<std::string>& environment,
                    std::optional<model::Instant> total_end) {
  result_.started = os::read_clock();
  if (plan_.spec->limits.wall) wall_deadline_ = result_.started.instant + *plan_.spec->limits.wall;
  post(Requested{total_end});
  const model::UseCgroup cgroup = plan_.spec->cgroup;
  const bool required = cgroup == model::UseCgroup::required;
  if (plan_.spec->limits.on_timeout) environment_ = environment;
  link_.send(guard::StartCommand{
      .argv = plan_.spec->argv,
      .environment = environment,
      .directory = plan_.spec->directory,
      .own_group = !plan_.shares_group,
      .terminal = plan_.pty,
      .cgroup_name = cgroup == model::UseCgroup::never ? std::string() : model::cgroup_name(plan_.run_id, plan_.number),
      .cgroup_at_start = required || cgroup == model::UseCgroup::always,
      .cgroup_required = required,
      .ignored_signals = plan_.caller_signals.ignored,
      .blocked_signals = plan_.caller_signals.blocked,
      .tree_limits = plan_.spec->limits.tree,
      .process_limits = plan_.spec->limits.process,
      .record = {.run_id = info.id,
                 .json_path = info.json_path,
                 .attempt = plan_.number,
                 .started = info.started.instant.time_since_epoch(),
                 .attempt_started = result_.started.instant.time_since_epoch(),
                 .attempt_started_wall = result_.started.wall.time_since_epoch()},
      .deadline = kept_ = machine_.deadline(),
      .tracer = plan_.spec->limits.on_timeout ? os::process_id() : 0});
  requested_ = true;
  const auto* const terminal = plan_.terminal;
  if (terminal != nullptr) hold_terminal(!plan_.pty && terminal->modes() ? terminal->modes()->bytes() : std::string());
}

void Attempt::cancel(const CancelRequested& request) { post(request); }

bool Attempt::catches(model::Signal signal) const {
  return started_ && has_our_numbers(proc_) && os::proc_is_ours() && os::catches(command_, signal);
}

void Attempt::suspended() {
  if (terminal_) terminal_->leave();
  suspended_since_ = os::read_clock().instant;
  post(Suspended{});
}

void Attempt::resumed() {
  if (suspended_since_) notices_.resumed(os::read_clock().instant - *suspended_since_);
  suspended_since_.reset();
  notice_timer_.set(notices_.wake_at());
  post(Resumed{});
  if (!terminal_) return;
  terminal_->enter();
  continue_tree();  // it stopped on its own terminal, where it cannot learn that we were continued or were not stopped
}

void Attempt::resize() {
  if (terminal_) terminal_->resize();
}

void Attempt::leave_terminal() {
  if (terminal_) terminal_->leave();
}

void Attempt::let_go() {
  leave_terminal();
  hold_terminal({});
  hold_screen({});
  link_.send(guard::ReleaseRecord{});
  link_.close();
}

void Attempt::reported(const guard::Report& report) {
  if (const auto* started = std::get_if<guard::CommandStarted>(&report)) {
    started_ = true;
    command_ = started->pid;
    cgroup_ = started->cgroup;
    by_cgroup_ = !cgroup_.empty();
    proc_ = started->proc;
    result_.limits = model::held_limits(plan_.spec->limits.tree, plan_.spec->limits.process, started->means);
    callbacks_.publish(model::AttemptStarted{plan_.number, started->pid, model::containment_of(by_cgroup_, proc_),
                                             proc_, started->no_cgroup},
                       result_.started);
    watch_for_evidence(started->pid);
    post(Started{});
    notices_.started(os::read_clock().instant);
    notice_timer_.set(notices_.wake_at());
    // Reading starts only now, so that the first output is published after the start.
    output_.start();
    if (terminal_) terminal_->serve(*output_.master(), started->pid, link_.pid());
  } else if (const auto* failed = std::get_if<guard::StartFailed>(&report)) {
    std::string subject = failed->subject;
    mask(subject);
    post(StartFailed{{failed->stage, failed->error, std::move(subject)}});
  } else if (const auto* stopped = std::get_if<guard::LeaderStopped>(&report); stopped != nullptr) {
    leader_stopped_ = true;
    if (on_leader_stopped) on_leader_stopped();
  } else if (std::holds_alternative<guard::LeaderContinued>(report)) {
    leader_stopped_ = false;
  } else if (const auto* exited = std::get_if<guard::LeaderExited>(&report)) {
    leader_stopped_ = false;
    if (terminal_) terminal_->end_input();
    callbacks_.before_exit();
    post(leader_exit(*exited));
  } else if (const auto* asked = std::get_if<guard::CancelAsked>(&report)) {
    callbacks_.on_cancel({.by = {asked->signal, asked->sender}});
  } else if (const auto* passed = std::get_if<guard::LimitPassed>(&report)) {
    post(TreeLimitPassed{passed->limit});
  } else if (const auto* survivors = std::get_if<guard::Survivors>(&report)) {
    auto processes = survivors->processes;
    for (auto& each : processes) mask(each.command);
    post(SurvivorsNamed{std::move(processes), survivors->more, survivors->starved, survivors->dying});
  } else if (const auto* climbed = std::get_if<guard::RungClimbed>(&report)) {
    post(RungClimbed{climbed->rung});
  } else if (std::holds_alternative<guard::KillProgressed>(report)) {
    post(KillProgressed{});
  } else if (const auto* sent = std::get_if<guard::SignalSent>(&report)) {
    if (machine_.done()) return;
    callbacks_.publish(model::SignalSent{sent->signal, sent->processes, sent->reach, sent->continued},
                       os::read_clock());
  } else if (std::holds_alternative<guard::GroupGone>(report)) {
    post(GroupGone{});
  } else if (const auto* empty = std::get_if<guard::TreeEmpty>(&report)) {
    by_cgroup_ |= empty->by_cgroup;
    post(TreeEmptied{empty->usage});
    output_.read_the_rest();
  } else if (const auto* gone = std::get_if<guard::TreeLetGo>(&report)) {
    post(TreeLetGo{gone->usage});
    output_.read_the_rest();
  }
}

void Attempt::mask(std::string& text) const {
  if (plan_.masks != nullptr) text = plan_.masks->masked(text);
}

void Attempt::output(model::Stream stream, std::string_view bytes) {
  const model::Reading at = os::read_clock();
  machine_.output_seen(at.instant);
  notices_.output_seen(at.instant);
  if (terminal_) terminal_->output_came();
  callbacks_.publish(model::OutputArrived{stream, bytes}, at);
  // Checked on each read, so that output without newlines meets the limit as soon.
  if (const auto& limit = plan_.spec->limits.fail_past; limit && output_.count(stream).bytes > *limit) {
    if (!std::exchange(output_limit_passed_, true)) post(OutputLimitPassed{});
  }
}

// Checked before a silence is judged, so that output that was written in time counts.
bool Attempt::output_waits() const { return plan_.spec->limits.idle && output_.waits(); }

void Attempt::watch_for_evidence(pid_t leader) {
  if (!plan_.spec->limits.evidence) return;
  const auto publish = [this](const model::Event& event) {
    callbacks_.publish(event, stepping_ ? step_at_ : os::read_clock());
  };
  evidence_ =
      std::make_unique<StopEvidence>(loop_, *plan_.spec, plan_.run_id, plan_.masks,
                                     StopEvidence::Callbacks{.publish = publish,
                                                             .wanted = [this] { return machine_.gathering(); },
                                                             .on_gathered = [this] { post(EvidenceGathered{}); },
                                                             .on_line_ended = [this] { post(OnTimeoutEnded{}); },
                                                             .on_guard_gone = [this] { callbacks_.on_guard_gone(); },
                                                             .next_stop = [this] { return machine_.next_stop(); }});
  // The guard's process ids and ours must be those of the same /proc.
  const bool shown = has_our_numbers(proc_) && os::proc_is_ours();
  evidence_->watch(link_.pid(), leader, shown, std::move(environment_));
}

void Attempt::tell_notices() {
  const model::Reading at = os::read_clock();
  for (const model::StillRunning& each : notices_.due(at.instant)) callbacks_.publish(each, at);
  notice_timer_.set(notices_.wake_at());
}

void Attempt::post(AttemptEvent event) {
  queue_.push_back(std::move(event));
  if (std::exchange(stepping_, true)) return;
  while (!queue_.empty()) {
    const AttemptEvent next = std::move(queue_.front());
    queue_.pop_front();
    const model::Reading at = os::read_clock();
    step_at_ = at;
    const bool was_done = machine_.done();
    for (const AttemptAction& action : machine_.step(next, at.instant)) {
      perform(action);
      if (const auto stopping = stopping_by(action)) callbacks_.publish(*stopping, at);
    }
    if (machine_.done() && !was_done) finish(at);
  }
  stepping_ = false;
  timer_.set(machine_.wake_at());
  keep_deadline();
  if (evidence_) evidence_->reconsider();
}

// Tells the guard of each change at once, before anything can delay us. Without a limit nothing is sent.
void Attempt::keep_deadline() {
  if (!requested_) return;
  auto keep = machine_.deadline();
  if (keep == kept_ || (!keep.at && !kept_.at)) return;
  kept_ = std::move(keep);
  link_.send(kept_);
}

// The event to publish for an action that is a rung of a stop.
std::optional<model::Stopping> Attempt::stopping_by(const AttemptAction& action) const {
  using model::StopReach;
  const auto why = machine_.stopping_for();
  if (!why) return {};
  if (const auto* all = std::get_if<SignalTree>(&action)) return model::Stopping{*why, all->signal, StopReach::tree};
  if (const auto* group = std::get_if<StopGroup>(&action))
    return model::Stopping{*why, group->signal, StopReach::group};
  if (const auto* one = std::get_if<StopLeader>(&action)) return model::Stopping{*why, one->signal, StopReach::leader};
  if (std::holds_alternative<KillTree>(action)) return model::Stopping{*why, SIGKILL, StopReach::tree};
  return {};
}

void Attempt::perform(const AttemptAction& action) {
  if (const auto* all = std::get_if<SignalTree>(&action)) {
    link_.send(guard::SignalTree{all->signal});
  } else if (const auto* group = std::get_if<StopGroup>(&action)) {
    link_.send(guard::StopGroup{group->signal, plan_.shares_group ? ::getpgrp() : command_});
  } else if (const auto* leader = std::get_if<StopLeader>(&action)) {
    link_.send(guard::StopLeader{leader->signal});
  } else if (std::holds_alternative<KillTree>(action)) {
    link_.send(guard::KillTree{});
  } else if (std::holds_alternative<GatherEvidence>(action)) {
    evidence_->gather(plan_.capture ? machine_.silence(step_at_.instant) : model::Duration{});
  } else if (std::holds_alternative<RunOnTimeout>(action)) {
    evidence_->run_line(machine_.result().reason);
  } else if (std::holds_alternative<KillOnTimeout>(action)) {
    evidence_->kill_line();
  } else if (std::holds_alternative<NameSurvivors>(action)) {
    link_.send(guard::NameSurvivors{output_.identity(model::Stream::out), output_.identity(model::Stream::err)});
  } else if (std::holds_alternative<LetGo>(action)) {
    os::pass_orphans_by();  // neither this process nor a later attempt may adopt them
    link_.send(guard::LetGo{});
  } else if (std::holds_alternative<KillOrphans>(action)) {
    if (evidence_) evidence_->drop_line();
    if (!started_) output_.start();
    kill_orphans();
  } else if (std::holds_alternative<NameOrphans>(action)) {
    auto left = orphans_ ? orphans_->left() : OrphanKiller::Left{};
    for (auto& each : left.processes) mask(each.command);
    post(SurvivorsNamed{.processes = std::move(left.processes), .more = left.more, .dying = left.dying});
  } else if (std::holds_alternative<KillGuard>(action)) {
    link_.kill();
  } else if (std::holds_alternative<CloseQuietStreams>(action)) {
    output_.abandon_quiet();
  } else if (std::holds_alternative<CloseStreams>(action)) {
    output_.close();
  }
}

// Also uses the lost guard's cgroup, if it had one.
void Attempt::kill_orphans() {
  if (!works(Mechanism::guard_is_watched)) return orphans_gone();
  if (!cgroup_.empty()) (void)os::kill_cgroup(cgroup_);
  orphans_ = std::make_unique<OrphanKiller>(loop_, link_.pid(),
                                            OrphanKiller::Callbacks{.on_progress = [this] { post(KillProgressed{}); },
                                                                    .on_empty = [this] { orphans_gone(); }});
}

void Attempt::orphans_gone() {
  post(OrphansGone{});
  output_.read_the_rest();
}

// A guard that will answer is runnable, or has run since the last check: then it waited only for a lock.
bool Attempt::guard_starves() {
  const auto guard = machine_.awaits_answer() ? os::look_at_process(link_.pid()) : std::nullopt;
  if (!guard) return false;
  return std::exchange(guard_ran_, guard->ran) != guard->ran || guard->runnable;
}

void Attempt::finish(const model::Reading& at) {
  notices_.ended();
  notice_timer_.set({});
  model::AttemptResult before = std::exchange(result_, machine_.result());
  if (evidence_) {
    result_.evidence = std::move(evidence_->evidence());
    result_.on_timeout = evidence_->line_result();
  }
  const bool orphaned = orphans_ != nullptr;
  if (orphaned) orphans_->stop();
  if (orphaned && !cgroup_.empty()) {
    (void)os::remove_cgroup(cgroup_);
    os::step_back_alone(cgroup_);
  }
  result_.number = plan_.number;
  result_.started = before.started;
  result_.limits = std::move(before.limits);
  result_.containment = model::containment_of(by_cgroup_, proc_);
  result_.proc = proc_;
  // Without our own /proc only children can be listed, so descendants of unkilled processes are unknown.
  if (!result_.unkilled.empty() && !has_our_numbers(proc_)) result_.unkilled_unknown = true;
  result_.finished = at;
  result_.out = output_.count(model::Stream::out);
  result_.err = output_.count(model::Stream::err);
  if (!plan_.pty && result_.ended_by_itself()) hold_terminal({});
  callbacks_.on_done();
}

}  // namespace oversee::run
