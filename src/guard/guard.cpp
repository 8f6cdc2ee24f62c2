// The guard's loop: one ppoll(2) for all events; no libuv, no settings.
#include "guard/guard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "guard/backstop.hpp"
#include "guard/front_link.hpp"
#include "guard/group_stop.hpp"
#include "guard/guard_arguments.hpp"
#include "guard/guard_signals.hpp"
#include "guard/held_record.hpp"
#include "guard/held_terminal.hpp"
#include "guard/kill_rounds.hpp"
#include "guard/limit_keeper.hpp"
#include "guard/memory_kills.hpp"
#include "guard/protocol.hpp"
#include "guard/start_command.hpp"
#include "guard/survivors.hpp"
#include "guard/tree_cgroup.hpp"
#include "guard/usage.hpp"
#include "model/kill_patience.hpp"
#include "model/mechanism.hpp"
#include "os/descriptor.hpp"
#include "os/host.hpp"
#include "os/last_words.hpp"
#include "os/proc.hpp"
#include "os/process_tree.hpp"
#include "os/signals.hpp"

namespace oversee::guard {
namespace {

using namespace std::chrono_literals;
using model::Mechanism;
using model::works;
using Clock = std::chrono::steady_clock;

// The longest time spent reaping without a break: a tree that forks and exits as fast as the guard reaps must delay
// neither a kill nor requests.
constexpr auto kLongestReaping = 10ms;

// Without a front, the guard ends a kill after this time without progress and leaves the remaining processes to init.
constexpr auto kAloneQuiet = 2s;

// The minimum time between two progress reports of a kill.
constexpr auto kProgressPause = 100ms;

class Guard {
 public:
  Guard(int control, std::array<int, 3> streams, int terminal, model::FinishLostRun finish_lost_run)
      : front_(control), streams_(streams), users_terminal_(terminal), record_(finish_lost_run) {}

  int run();

 private:
  bool start(StartCommand request);
  bool take_start();
  void start_failed(const Started& started);
  void await_child();
  bool reap();
  void leader_changed(int status);
  bool watching() const { return limits_.watching() && !kill_.begun() && !empty_; }
  void tell_passed(std::vector<model::PassedLimit> passed);
  void wait_for_news(bool more_to_reap, short from_front = POLLIN);
  std::optional<Clock::time_point> next_duty() const;
  void read_requests();
  void handle_all();
  void lose_front();
  void handle(const Request& request);
  void signal_tree(int signal);
  void signal_leader(int signal);
  void signal_group(int signal);
  void tell_sent(int signal, std::size_t processes, model::StopReach reach, bool continued = false);
  void tell_killed(bool at_the_end);
  void begin_killing();
  void climb_if_due();
  void send(const Backstop::Step& step, std::optional<pid_t> front);
  void look_at_progress();
  void answer();
  void stop_group(int signal, pid_t front_group);
  void stop_leader(int signal);
  void finish_record();
  model::Usage usage() const;

  FrontLink front_;
  std::array<int, 3> streams_;
  os::UniqueFd terminal_;  // the command's; kept open so that EIO means the tree has exited
  HeldTerminal users_terminal_;
  HeldRecord record_;
  bool empty_ = false;
  bool let_go_ = false;  // the remaining processes are released

  std::optional<CommandStart> start_;
  bool starting_ = false;      // start_ is in progress; nothing is reaped before it ends
  bool has_terminal_ = false;  // the command has its own terminal
  model::TreeLimits tree_limits_;
  pid_t leader_ = -1;  // -1 once reaped, because its id may be reused
  bool own_group_ = false;
  ReapedUsage usage_;
  std::optional<model::Usage> usage_at_end_;
  SurvivorWatch survivors_;
  std::optional<NameSurvivors> asked_;
  MemoryKills memory_kills_;

  Backstop backstop_;
  GroupStop group_stop_;
  TreeCgroup cgroup_;
  LimitKeeper limits_;
  KillRounds kill_;
  bool alone_ = false;            // lose_front() has run
  model::KillPatience patience_;  // of the kill; a front, if there is one, has its own
  std::uint64_t progress_ = 0;    // of the kill, at the last report
  Clock::time_point next_progress_;
  std::size_t told_killed_ = 0;  // the number of KILLs reported so far
  Clock::time_point next_killed_;
};

int Guard::run() {
  const bool adopts = !works(Mechanism::guard_adopts) || os::adopt_orphans();
  const int why_not = errno;
  install_handlers();
  os::name_this_process("oversee-guard");
  auto request = front_.receive_start();
  if (!request) return 0;
  if (!adopts) return front_.tell(StartFailed{"adopt the orphans of", why_not, request->argv.front()}), 0;
  if (!start(*std::move(request))) return 0;
  handle_all();  // requests that arrived together with the start, such as a signal
  while (true) {
    if (starting_ && !take_start()) return 0;
    const bool more_to_reap = !starting_ && reap();
    if (empty_ || (let_go_ && !front_.gone())) break;
    look_at_progress();
    if (alone_ && patience_.begun() && Clock::now() >= patience_.over_at()) {
      users_terminal_.restore(true);
      finish_record();
      return cgroup_.remove({}), 1;
    }
    climb_if_due();
    if (leader_ < 0 && !starting_ && !kill_.begun() && !survivors_.begun()) survivors_.begin();
    if (kill_.go_on()) {
      cgroup_.kill_by_moving(kill_.refused_children());
      tell_killed(false);
    }
    answer();
    if (leader_ < 0 && !starting_ && group_stop_.over()) front_.tell(GroupGone{});
    if (watching()) tell_passed(limits_.look_if_due(usage_.cpu()));
    memory_kills_.look_if_due();
    wait_for_news(more_to_reap);
  }
  terminal_.reset();
  tell_killed(true);
  if (empty_) {
    if (!kill_.begun()) tell_passed(limits_.at_the_end(usage_.cpu()));
    front_.tell(TreeEmpty{usage_at_end_.emplace(usage()), cgroup_.used()});
  } else {
    front_.tell(TreeLetGo{usage_at_end_.emplace(usage())});
  }
  // Cannot remove the cgroup while released processes remain in it; then it stays.
  cgroup_.remove(front_.living_parent());
  // The front still shows the last output. The guard waits only for the hang-up (POLLRDHUP): each request would wake
  // the guard on the front's processor while the front writes its reports. The requests are read after the hang-up.
  while ((users_terminal_.held() || record_.held()) && !front_.gone()) wait_for_news(false, POLLRDHUP);
  if (front_.gone()) {
    users_terminal_.restore(true);
    finish_record();
  }
  return 0;
}

bool Guard::start(StartCommand request) {
  const auto planned = cgroup_.plan(request, front_.living_parent());
  if (!planned) {
    front_.tell(StartFailed{kCgroupStage, planned.error().error, planned.error().subject});
    return false;
  }
  const model::ProcView proc = os::proc_view();
  if (auto why = cgroup_.not_kept(request.tree_limits, proc)) {
    cgroup_.remove(front_.living_parent());
    front_.tell(StartFailed{std::string(model::kLimitStage), 0, *std::move(why)});
    return false;
  }
  // Only the cgroup can enforce these limits.
  if (proc != model::ProcView::all && request.tree_limits.any()) request.cgroup_required = true;
  record_.hold(request.record);
  backstop_.keep(std::move(request.deadline));
  own_group_ = request.own_group;
  has_terminal_ = request.terminal;
  tree_limits_ = request.tree_limits;
  const bool memory_held = cgroup_.means().memory == model::LimitMeans::cgroup;
  start_.emplace(std::move(request), streams_, CommandCgroup{cgroup_.entry(), memory_held});
  starting_ = true;
  return true;
}

// Call before signalling: sets leader_ while the start is in progress.
void Guard::await_child() {
  if (starting_) leader_ = start_->child();
}

// Returns whether the command runs or may still start.
bool Guard::take_start() {
  const auto started = start_->take_end();
  if (!started) return true;
  starting_ = false;
  if (has_terminal_) terminal_ = os::UniqueFd(std::exchange(streams_[1], -1));
  for (const int stream : streams_) ::close(stream);
  if (started->failure) return start_failed(*started), false;
  leader_ = started->pid;
  if (started->not_joined != 0) cgroup_.refused(started->not_joined, front_.living_parent());
  memory_kills_.started();
  limits_.begin(tree_limits_, cgroup_);
  front_.tell(CommandStarted{leader_, cgroup_.path(), cgroup_.why_none(), limits_.means(), os::proc_view()});
  // After the fork, so that the command stays in the caller's session. From here on neither a key at the terminal nor a
  // kill of the caller's group reaches the guard. If the command has its own terminal, the start has made a session
  // already.
  if (!has_terminal_ && works(Mechanism::guard_session)) ::setsid();
  cgroup_.sweep();
  return true;
}

void Guard::start_failed(const Started& started) {
  if (started.pid > 0) ::waitpid(started.pid, nullptr, 0);
  const bool of_cgroup = started.failure->stage == kCgroupStage;
  front_.tell(StartFailed{started.failure->stage, started.failure->error,
                          of_cgroup ? cgroup_.path() : started.failure->subject});
  cgroup_.remove(front_.living_parent());
}

// Returns whether more processes may be ready to be reaped.
bool Guard::reap() {
  const auto enough = Clock::now() + kLongestReaping;
  for (int reaped = 1; reaped % 64 != 0 || Clock::now() < enough; ++reaped) {
    int status = 0;
    rusage usage{};
    const bool leader_only = leader_ > 0 && !works(Mechanism::reap_orphans);
    limits_.before_a_reaping();
    const pid_t pid = ::wait4(leader_only ? leader_ : -1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) empty_ = true;  // ECHILD
    if (pid <= 0) return false;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      usage_.add(usage);
      const auto peak = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
      if (watching()) tell_passed(limits_.after_a_reaping(usage_.cpu(), {pid, status, peak}));
    }
    if (pid == leader_) leader_changed(status);
    if (leader_ < 0 && !works(Mechanism::whole_tree)) empty_ = true;
  }
  return true;
}

void Guard::leader_changed(int status) {
  if (WIFSTOPPED(status)) {
    front_.tell(LeaderStopped{WSTOPSIG(status)});
  } else if (WIFCONTINUED(status)) {
    front_.tell(LeaderContinued{});
  } else {
    leader_ = -1;
    kill_.leader_reaped();
    LeaderExited exited{.wait_status = status};
    if (exited.exit_code() != 0) exited.out_of_memory_kills = memory_kills_.since_first_look();
    record_.leader_exited(exited);
    front_.tell(exited);
  }
}

void Guard::tell_passed(std::vector<model::PassedLimit> passed) {
  for (model::PassedLimit& each : passed) front_.tell(LimitPassed{std::move(each)});
}

// The next time to act without an event.
std::optional<Clock::time_point> Guard::next_duty() const {
  if (empty_ || let_go_) return {};
  std::optional<Clock::time_point> first = memory_kills_.first_look();
  const auto also = [&](Clock::time_point at) { first = first ? std::min(*first, at) : at; };
  if (kill_.begun()) also(kill_.next_round());
  if (alone_ && patience_.begun()) also(patience_.over_at());
  if (const auto climb = backstop_.due(); climb && !alone_) also(*climb);
  if (leader_ < 0 && group_stop_.looking()) also(group_stop_.next_look());
  if (watching()) also(limits_.next_look());
  return first;
}

void Guard::wait_for_news(bool more_to_reap, short from_front) {
  if (front_.gone() && !alone_) lose_front();
  const sigset_t blocked = blocked_while_waiting();
  std::array<pollfd, 2> awaited{pollfd{front_.fd(), from_front, 0}, pollfd{starting_ ? start_->fd() : -1, POLLIN, 0}};
  timespec timeout{};
  timespec* bound = nullptr;
  const auto duty = next_duty();
  if (more_to_reap || duty) {
    const auto left = more_to_reap ? 0ms : std::max<Clock::duration>(*duty - Clock::now(), 0ms);
    timeout.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
    timeout.tv_nsec = (left % 1s).count();
    bound = &timeout;
  }
  const int ready = ::ppoll(awaited.data(), awaited.size(), bound, &blocked);
  const bool cannot_wait = ready < 0 && errno != EINTR;  // out of memory: polls every millisecond instead
  if (cannot_wait) std::this_thread::sleep_for(1ms);
  if (ready > 0 || cannot_wait) read_requests();
  if (take_hang_up() && leader_ > 0 && own_group_) ::kill(-leader_, SIGHUP);
  while (const auto asked = take_cancel()) front_.tell(*asked);
}

void Guard::read_requests() {
  front_.read();
  handle_all();
}

void Guard::handle_all() {
  while (const auto request = front_.next()) handle(*request);
}

void Guard::lose_front() {
  alone_ = true;
  await_child();
  users_terminal_.restore(false);
  if (!works(Mechanism::front_is_watched)) return;
  begin_killing();
  patience_.progressed(Clock::now());
}

void Guard::handle(const Request& request) {
  await_child();
  if (const auto* all = std::get_if<SignalTree>(&request)) {
    signal_tree(all->signal);
  } else if (const auto* one = std::get_if<SignalLeader>(&request)) {
    signal_leader(one->signal);
  } else if (const auto* group = std::get_if<SignalGroup>(&request)) {
    signal_group(group->signal);
  } else if (const auto* terminal = std::get_if<HoldTerminal>(&request)) {
    users_terminal_.hold(*terminal);
  } else if (const auto* screen = std::get_if<HoldScreen>(&request)) {
    users_terminal_.hold(*screen);
  } else if (const auto* stop = std::get_if<StopGroup>(&request)) {
    stop_group(stop->signal, stop->group);
  } else if (const auto* alone = std::get_if<StopLeader>(&request)) {
    stop_leader(alone->signal);
  } else if (std::holds_alternative<KillTree>(request)) {
    begin_killing();
  } else if (const auto* wanted = std::get_if<NameSurvivors>(&request)) {
    asked_ = *wanted;
  } else if (std::holds_alternative<LetGo>(request)) {
    let_go_ = true;
  } else if (std::holds_alternative<ReleaseRecord>(request)) {
    record_.release();
  } else if (const auto* kept = std::get_if<KeepDeadline>(&request)) {
    backstop_.keep(*kept);
  }
}

void Guard::stop_group(int signal, pid_t front_group) {
  const bool own = own_group_ && leader_ > 0;
  const std::size_t members = group_stop_.signal(own ? leader_ : front_group, signal, own);
  tell_sent(signal, members, model::StopReach::group, signal != SIGKILL);
}

void Guard::stop_leader(int signal) {
  if (leader_ < 0) return;
  ::kill(leader_, signal);
  ::kill(leader_, SIGCONT);
  tell_sent(signal, 1, model::StopReach::leader, signal != SIGKILL);
}

void Guard::signal_leader(int signal) {
  if (leader_ > 0 && ::kill(leader_, signal) == 0) tell_sent(signal, 1, model::StopReach::leader);
}

void Guard::signal_group(int signal) {
  if (leader_ < 0) return;
  if (!own_group_) return signal_leader(signal);
  if (::kill(-leader_, signal) == 0) tell_sent(signal, 0, model::StopReach::group);
}

// The front has missed a due stop, because it is stopped, traced, or delayed. The guard climbs the rung in its place
// and sends CONT to the front.
void Guard::climb_if_due() {
  if (alone_ || !works(Mechanism::guard_keeps_deadline)) return;
  const auto step = backstop_.climb(Clock::now());
  if (!step) return;
  await_child();
  const auto front = front_.living_parent();
  front_.tell(RungClimbed{step->rung});
  if (step->signal != model::kNoSignal) send(*step, front);
  if (front) ::kill(*front, SIGCONT);
}

void Guard::send(const Backstop::Step& step, std::optional<pid_t> front) {
  if (backstop_.reach() == model::StopReach::leader) {
    stop_leader(step.signal);
  } else if (backstop_.reach() == model::StopReach::group) {
    stop_group(step.signal, front ? ::getpgid(*front) : -1);
  } else if (step.signal == SIGKILL) {
    begin_killing();
  } else {
    signal_tree(step.signal);
  }
}

void Guard::signal_tree(int signal) {
  os::take_precedence();
  const auto group = own_group_ && leader_ > 0 ? std::optional(leader_) : std::nullopt;
  const bool stops = signal == SIGSTOP || signal == SIGTSTP;
  const bool continues = !stops && signal != SIGCONT && works(Mechanism::continue_stopped);
  const std::size_t sent =
      continues ? os::signal_descendants({signal, SIGCONT}, group) : os::signal_descendants({signal}, group);
  tell_sent(signal, sent, model::StopReach::tree, continues);
}

void Guard::tell_sent(int signal, std::size_t processes, model::StopReach reach, bool continued) {
  front_.tell(SignalSent{signal, static_cast<std::uint32_t>(processes), reach, continued});
}

// A fork bomb takes hundreds of rounds, so one report covers several.
void Guard::tell_killed(bool at_the_end) {
  const std::size_t killed = kill_.killed();
  const auto now = Clock::now();
  if (killed == told_killed_ || (!at_the_end && now < next_killed_)) return;
  tell_sent(SIGKILL, killed - std::exchange(told_killed_, killed), model::StopReach::tree);
  next_killed_ = now + kProgressPause;
}

// The front is gone and the tree has exited, except released and unkillable processes.
void Guard::finish_record() {
  const bool by_cgroup = cgroup_.used() || !cgroup_.path().empty();
  record_.finish({.usage = usage_at_end_ ? *usage_at_end_ : usage(),
                  .left = empty_ ? Survivors{} : survivors_.name({}, terminal_.get()),
                  .let_go = let_go_,
                  .proc = os::proc_view(),
                  .containment = model::containment_of(by_cgroup, os::proc_view())});
}

model::Usage Guard::usage() const {
  model::Usage usage = usage_.so_far();
  cgroup_.complete(usage);
  return usage;
}

void Guard::begin_killing() {
  if (!kill_.begun()) {
    patience_.begin(Clock::now(), kAloneQuiet);
    if (cgroup_.kill()) tell_sent(SIGKILL, 0, model::StopReach::tree);
  }
  kill_.begin(own_group_ && leader_ > 0 ? std::optional(leader_) : std::nullopt, [this] { look_at_progress(); });
}

// Not between a request to kill and its first round: a process that was not sent KILL yet must not be reported as
// unkillable.
void Guard::answer() {
  if (!asked_ || (kill_.begun() && !kill_.has_gone_round())) return;
  front_.tell(survivors_.name(*asked_, terminal_.get()));
  asked_.reset();
}

// Also called during a round: if the tree leaves the guard no processor, a round may take longer than the front waits
// without a report.
void Guard::look_at_progress() {
  if (!kill_.begun()) return;
  const auto now = Clock::now();
  const std::uint64_t progress = usage_.so_far().processes + kill_.done();
  if (progress == progress_ || now < next_progress_) return;
  progress_ = progress;
  next_progress_ = now + kProgressPause;
  patience_.progressed(now);
  front_.tell(KillProgressed{});
}

}  // namespace

int run_guard(std::span<char*> arguments, model::FinishLostRun finish_lost_run) {
  const auto inherited = read_guard_arguments(arguments);
  if (!inherited) {
    os::end_saying("oversee: @guard is oversee's own and not for direct use\n", model::kExitOwnFailure);
  }
  os::block_all_signals();
  const std::array<int, 3> streams{inherited->input, inherited->output, inherited->error};
  for (const int each :
       {inherited->control, streams[0], streams[1], streams[2], inherited->terminal, inherited->slot}) {
    os::keep_over_exec(each, false);
  }
  return Guard(inherited->control, streams, inherited->terminal, finish_lost_run).run();
}

}  // namespace oversee::guard
