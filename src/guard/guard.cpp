// The guard's loop: one poll, every wait, no libuv, no settings.
#include "guard/guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <utility>

#include "guard/held_terminal.hpp"
#include "guard/protocol.hpp"
#include "guard/start_command.hpp"
#include "os/descriptor.hpp"
#include "os/host.hpp"
#include "os/process_tree.hpp"
#include "os/signals.hpp"

namespace oversee::guard {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Between two rounds of killing: none while the tree grows; later ones are for what is stuck.
constexpr auto kFirstPause = 5ms;
constexpr auto kLongestPause = 100ms;

// A tree that forks and exits as fast as it is reaped must keep the guard neither from killing nor from its requests.
constexpr auto kLongestReaping = 10ms;

// Without a front nobody asks for survivors: what does not die within this is left to init.
constexpr auto kAloneBound = 2s;

model::Duration from_timeval(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

// The one signal to end that came last, and who sent it; written by the handler, in ppoll only.
volatile std::sig_atomic_t asked_signal = 0;
volatile std::sig_atomic_t asked_sender = 0;
// The command's terminal is gone; the kernel says so to its session's leader, which passes it on as a shell does.
volatile std::sig_atomic_t hung_up = 0;

constexpr std::array kSignalsToEnd{SIGTERM, SIGINT, SIGHUP};

void install_handlers() {
  // A child's news must end the wait in ppoll, which a signal that is ignored by default does not.
  struct sigaction wake {};
  wake.sa_handler = [](int) {};
  sigaction(SIGCHLD, &wake, nullptr);
  struct sigaction note {};
  note.sa_flags = SA_SIGINFO;
  note.sa_sigaction = [](int signal, siginfo_t* info, void*) {
    if (signal == SIGHUP && info->si_code == SI_KERNEL) {
      hung_up = 1;
      return;
    }
    asked_signal = signal;
    asked_sender = info->si_pid;
  };
  for (const int signal : kSignalsToEnd) sigaction(signal, &note, nullptr);
}

class Guard {
 public:
  Guard(int control, std::array<int, 3> streams, int terminal)
      : control_(control), streams_(streams), users_terminal_(terminal) {}

  int run();

 private:
  std::optional<StartCommand> receive_start();
  bool start(const StartCommand& request);
  bool reap();
  void account(const rusage& usage);
  void leader_changed(int status);
  void wait_for_news(bool more_to_reap);
  void read_requests();
  void handle(const Request& request);
  void signal_tree(int signal);
  void name_survivors();
  void begin_killing();
  void kill_on();
  void tell(const Report& report);

  os::UniqueFd control_;
  std::array<int, 3> streams_;
  os::UniqueFd terminal_;  // the command's, kept open: it ends with the tree, not where nobody has it open for a moment
  HeldTerminal users_terminal_;
  Decoder<Request> decoder_;
  bool front_gone_ = false;
  bool empty_ = false;

  pid_t leader_ = -1;  // until it is reaped, then -1: its number may be another's
  bool own_group_ = false;
  model::Usage usage_;

  std::optional<os::TreeKill> kill_;
  Clock::duration pause_ = kFirstPause;
  Clock::time_point next_round_;
  Clock::time_point give_up_;
};

int Guard::run() {
  os::adopt_orphans();
  install_handlers();
  os::name_this_process("oversee-guard");
  const auto request = receive_start();
  if (!request || !start(*request)) return 0;
  while (true) {
    const bool more_to_reap = reap();
    if (empty_) break;
    if (front_gone_ && Clock::now() >= give_up_) return 1;
    if (kill_) kill_on();
    wait_for_news(more_to_reap);
  }
  terminal_.reset();
  kill_.reset();
  tell(TreeEmpty{usage_});
  while (users_terminal_.held() && !front_gone_) wait_for_news(false);  // what is left of the output is being shown
  return 0;
}

std::optional<StartCommand> Guard::receive_start() {
  while (true) {
    if (auto request = decoder_.next()) {
      if (auto* start = std::get_if<StartCommand>(&*request)) return std::move(*start);
      return {};
    }
    char buffer[16384];
    const ssize_t count = ::read(control_.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || decoder_.broken()) return {};
    decoder_.feed({buffer, static_cast<std::size_t>(count)});
  }
}

bool Guard::start(const StartCommand& request) {
  const Started started = start_command(request, streams_);
  if (request.terminal) terminal_ = os::UniqueFd(std::exchange(streams_[1], -1));
  for (const int stream : streams_) ::close(stream);
  if (started.failure) {
    if (started.pid > 0) ::waitpid(started.pid, nullptr, 0);
    tell(StartFailed{started.failure->stage, started.failure->error, started.failure->subject});
    return false;
  }
  leader_ = started.pid;
  own_group_ = request.own_group;
  tell(CommandStarted{leader_});
  if (request.terminal) return true;  // a session has been made
  // After the fork, so that the command keeps the caller's session; from here on neither a key at the terminal nor a
  // kill of the caller's group reaches the guard.
  ::setsid();
  return true;
}

// Returns whether there may be more to reap at once.
bool Guard::reap() {
  const auto enough = Clock::now() + kLongestReaping;
  for (int reaped = 1; reaped % 64 != 0 || Clock::now() < enough; ++reaped) {
    int status = 0;
    rusage usage{};
    const pid_t pid = ::wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) empty_ = true;  // ECHILD
    if (pid <= 0) return false;
    if (WIFEXITED(status) || WIFSIGNALED(status)) account(usage);
    if (pid == leader_) leader_changed(status);
  }
  return true;
}

void Guard::account(const rusage& usage) {
  usage_.user += from_timeval(usage.ru_utime);
  usage_.system += from_timeval(usage.ru_stime);
  usage_.max_rss_bytes = std::max(usage_.max_rss_bytes, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
  ++usage_.processes;
}

void Guard::leader_changed(int status) {
  if (WIFSTOPPED(status)) {
    tell(LeaderStopped{WSTOPSIG(status)});
  } else if (WIFCONTINUED(status)) {
    tell(LeaderContinued{});
  } else {
    leader_ = -1;
    if (kill_) kill_->leader_reaped();
    tell(LeaderExited{status});
  }
}

void Guard::wait_for_news(bool more_to_reap) {
  sigset_t blocked;  // all but those that end the wait
  sigfillset(&blocked);
  sigdelset(&blocked, SIGCHLD);
  for (const int signal : kSignalsToEnd) sigdelset(&blocked, signal);
  pollfd control{front_gone_ ? -1 : control_.get(), POLLIN, 0};
  timespec timeout{};
  timespec* bound = nullptr;
  if (kill_ || more_to_reap) {
    const auto left = more_to_reap ? 0ms : std::max<Clock::duration>(next_round_ - Clock::now(), 0ms);
    timeout.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
    timeout.tv_nsec = (left % 1s).count();
    bound = &timeout;
  }
  if (::ppoll(&control, 1, bound, &blocked) > 0) read_requests();
  if (hung_up != 0) {
    hung_up = 0;
    if (leader_ > 0 && own_group_) ::kill(-leader_, SIGHUP);
  }
  if (asked_signal != 0) {
    tell(CancelAsked{asked_signal, asked_sender});
    asked_signal = 0;
  }
}

void Guard::read_requests() {
  char buffer[4096];
  const ssize_t count = ::recv(control_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count > 0) decoder_.feed({buffer, static_cast<std::size_t>(count)});
  while (const auto request = decoder_.next()) handle(*request);
  if (count <= 0 || decoder_.broken()) {  // a front that talks nonsense is as good as gone
    front_gone_ = true;
    users_terminal_.restore();
    give_up_ = Clock::now() + kAloneBound;
    begin_killing();
  }
}

void Guard::handle(const Request& request) {
  if (const auto* all = std::get_if<SignalTree>(&request)) {
    signal_tree(all->signal);
  } else if (const auto* one = std::get_if<SignalLeader>(&request)) {
    if (leader_ > 0) ::kill(leader_, one->signal);
  } else if (const auto* group = std::get_if<SignalGroup>(&request)) {
    if (leader_ > 0) ::kill(own_group_ ? -leader_ : leader_, group->signal);
  } else if (const auto* held = std::get_if<HoldModes>(&request)) {
    users_terminal_.hold(held->modes);
  } else if (std::holds_alternative<KillTree>(request)) {
    begin_killing();
  } else if (std::holds_alternative<NameSurvivors>(request)) {
    name_survivors();
  }
}

void Guard::signal_tree(int signal) {
  os::take_precedence();
  const auto tree = os::list_descendants();
  for (const os::Descendant& each : tree) (void)os::signal_descendant(each, signal);
  if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGCONT) return;
  for (const os::Descendant& each : tree) (void)os::signal_descendant(each, SIGCONT);
}

void Guard::name_survivors() {
  Survivors survivors;
  for (const os::Descendant& each : os::list_descendants()) {
    if (survivors.processes.size() < kMostNames) {
      survivors.processes.push_back(os::name_process(each.pid));
    } else {
      ++survivors.more;
    }
  }
  tell(survivors);
}

void Guard::begin_killing() {
  if (kill_) return;
  os::take_precedence();
  kill_.emplace();
  if (own_group_ && leader_ > 0) kill_->stop_group_first(leader_);
  next_round_ = Clock::now();
}

void Guard::kill_on() {
  const auto now = Clock::now();
  if (now < next_round_) return;
  const bool grows = kill_->round();
  pause_ = grows ? 0ms : std::clamp<Clock::duration>(pause_ * 2, kFirstPause, kLongestPause);
  next_round_ = Clock::now() + pause_;
}

void Guard::tell(const Report& report) {
  if (front_gone_) return;
  // A front that is gone shows at the next read; SIGPIPE is blocked with all the others.
  (void)os::write_fully(control_.get(), encode(report));
}

}  // namespace

std::vector<std::string> guard_arguments(const InheritedDescriptors& descriptors, const std::string& run_id) {
  return {"oversee",
          kFirstArgument,
          fmt::format("{}", descriptors.control),
          fmt::format("{}", descriptors.input),
          fmt::format("{}", descriptors.output),
          fmt::format("{}", descriptors.error),
          fmt::format("{}", descriptors.terminal),
          run_id};
}

int run_guard(std::span<char*> arguments) {
  constexpr std::size_t kCount = 8;
  if (arguments.size() != kCount) {
    (void)os::write_fully(STDERR_FILENO, "oversee: @guard is oversee's own and not for direct use\n");
    return model::kExitOwnFailure;
  }
  os::block_all_signals();
  std::array<int, 5> descriptors{};
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    const std::string_view text = arguments[i + 2];
    if (std::from_chars(text.data(), text.data() + text.size(), descriptors.at(i)).ec != std::errc{}) {
      return model::kExitOwnFailure;
    }
    os::keep_over_exec(descriptors.at(i), false);
  }
  return Guard(descriptors[0], {descriptors[1], descriptors[2], descriptors[3]}, descriptors[4]).run();
}

}  // namespace oversee::guard
