// Starts the repetitions and collects their summaries.
#include "cli/repeat_command.hpp"

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "history/json_reader.hpp"
#include "model/repeated_runs.hpp"
#include "model/signal_name.hpp"
#include "model/verdict.hpp"
#include "os/own_copy.hpp"
#include "os/terminal.hpp"
#include "report/repeat_table.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"

namespace oversee::cli {
namespace {

constexpr std::size_t kCopyPiece = 64 * 1024;

// os::wait_for() returns more than this for a death by signal.
constexpr int kKilled = 128;

model::RepeatedRun read_run(int number, int exit_status, const std::string& document) {
  model::RepeatedRun run{.number = number, .cause = "oversee failed", .exit_status = exit_status};
  const auto summary = history::read_json(document);
  if (!summary) return run;
  const auto word = [&](std::string_view key) {
    const auto* text = summary->text(key);
    return text != nullptr ? std::string_view(*text) : std::string_view();
  };
  run.cause = model::cause_words(word("status"), word("reason"), summary->integer("exit_code"), word("signal"));
  run.passed = word("status") == to_string(model::Status::completed) && exit_status == 0;
  run.summary = word("summary");
  if (const auto* log = summary->member("log"); log != nullptr && log->text("path") != nullptr) {
    run.log_path = *log->text("path");
  }
  run.duration = std::chrono::milliseconds(summary->integer("duration_ms").value_or(0));
  return run;
}

class Repeater {
 public:
  Repeater(const settings::Settings& settings, const os::SignalState& caller, std::span<char*> arguments)
      : settings_(settings), caller_(caller), arguments_(arguments) {}

  model::ExitAction run();

 private:
  struct Running {
    int number;
    os::OwnCopy copy;
    std::string document;
    std::unique_ptr<uv::PollWatch> watch;
  };

  bool more() const;
  void start_more();
  bool start_one();
  void read(Running& running);
  void ended(Running& running);
  void read_signals();
  void tell_end() const;

  const settings::Settings& settings_;
  const os::SignalState caller_;
  const bool hup_is_reload_ = os::hup_is_reload(os::has_controlling_terminal());
  std::span<char*> arguments_;
  uv::Loop loop_;
  const ConsoleOnLoop console_on_loop_{loop_};
  std::optional<os::SignalWatch> signals_;
  std::optional<off_t> input_start_;
  std::vector<std::unique_ptr<Running>> running_;
  std::vector<std::unique_ptr<Running>> over_;  // kept until the next end, because its callback may be running
  std::vector<model::RepeatedRun> runs_;
  int started_ = 0;
  bool broken_ = false;  // oversee itself failed, or rejected the call
  std::optional<model::Signal> cancelled_by_;
};

model::ExitAction Repeater::run() {
  if (const off_t start = ::lseek(STDIN_FILENO, 0, SEEK_CUR); start >= 0) input_start_ = start;
  auto signals = os::SignalWatch::open(os::supervised_signals(), caller_);
  if (!signals) return say(describe(signals.error())), model::ExitAction{model::kExitOwnFailure, {}};
  signals_.emplace(std::move(*signals));
  const uv::PollWatch watch(loop_, signals_->fd(), [this] { read_signals(); });
  start_more();
  if (!running_.empty()) loop_.run();
  std::ranges::sort(runs_, {}, &model::RepeatedRun::number);
  tell_end();
  if (cancelled_by_) return {0, cancelled_by_};
  const auto failed = std::ranges::find(runs_, false, &model::RepeatedRun::passed);
  if (failed != runs_.end()) return {failed->exit_status != 0 ? failed->exit_status : model::kExitOwnFailure, {}};
  return {broken_ ? model::kExitOwnFailure : 0, {}};
}

bool Repeater::more() const {
  if (cancelled_by_ || broken_ || started_ == settings_.repeat) return false;
  return !settings_.until_fail || std::ranges::all_of(runs_, &model::RepeatedRun::passed);
}

void Repeater::start_more() {
  while (more() && running_.size() < static_cast<std::size_t>(settings_.jobs)) broken_ = !start_one();
}

bool Repeater::start_one() {
  const int number = ++started_;
  if (input_start_ && settings_.jobs == 1) (void)::lseek(STDIN_FILENO, *input_start_, SEEK_SET);
  const auto argv = [this](int answer) {
    std::vector<std::string> words{"oversee", kRepetition, fmt::format("{}", answer)};
    words.insert(words.end(), arguments_.begin() + 1, arguments_.end());
    return words;
  };
  auto copy = os::start_own_copy(argv, caller_, {.null_input = settings_.jobs > 1});
  if (!copy) return say(describe(copy.error())), false;
  auto running = std::make_unique<Running>(Running{number, std::move(*copy), {}, {}});
  running->watch = std::make_unique<uv::PollWatch>(loop_, running->copy.answer.get(),
                                                   [this, which = running.get()] { read(*which); });
  running_.push_back(std::move(running));
  return true;
}

void Repeater::read(Running& running) {
  const std::size_t before = running.document.size();
  running.document.resize(before + kCopyPiece);
  const ssize_t count = ::read(running.copy.answer.get(), running.document.data() + before, kCopyPiece);
  running.document.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) return;
  ended(running);
}

void Repeater::ended(Running& running) {
  running.watch->pause();
  model::RepeatedRun run = read_run(running.number, os::wait_for(running.copy), running.document);
  const bool silent = settings_.summary == model::ShowSummary::never;
  if (!running.document.empty()) {
    const std::string log = run.log_path.empty() ? "" : fmt::format(" [log {}]", run.log_path);
    if (!run.passed && (!silent || run.exit_status == model::kExitOwnFailure)) {
      say(fmt::format("run {} of {}: {}{}", run.number, settings_.repeat, run.summary, log));
    }
  } else if (run.exit_status > kKilled) {
    // A killed repetition does not stop the others.
    run.cause = "oversee was killed";
    say(fmt::format("run {} of {}: oversee itself was killed by {}", run.number, settings_.repeat,
                    model::signal_name(run.exit_status - kKilled)));
  } else {
    broken_ = true;  // rejected with a message; the others would be, too
  }
  runs_.push_back(std::move(run));
  const auto which = std::ranges::find(running_, &running, &std::unique_ptr<Running>::get);
  over_.clear();
  over_.push_back(std::move(*which));
  running_.erase(which);
  start_more();
  if (running_.empty()) loop_.stop();
}

// A signal from the terminal has already reached the runs, which share our process group.
void Repeater::read_signals() {
  while (const auto signal = signals_->next()) {
    if (!signal->from_terminal) {
      for (const auto& each : running_) os::pass_on(each->copy.pid, *signal);
    }
    if (os::asks_for_reload(*signal, hup_is_reload_)) continue;
    switch (signal->number) {
      case SIGINT:
      case SIGTERM:
      case SIGHUP:
      case SIGQUIT:
        if (!cancelled_by_) cancelled_by_ = signal->number;
        if (running_.empty()) loop_.stop();
        break;
      case SIGTSTP:
      case SIGTTIN:
      case SIGTTOU: os::stop_self(SIGTSTP); break;
      default: break;
    }
  }
}

void Repeater::tell_end() const {
  const bool failed = !std::ranges::all_of(runs_, &model::RepeatedRun::passed);
  if (const int rest = settings_.repeat - started_; rest > 0 && (cancelled_by_ || (broken_ && runs_.size() > 1))) {
    const std::string why = cancelled_by_ ? fmt::format("cancelled by {}", model::signal_name(*cancelled_by_))
                                          : "a run could not be started";
    say(fmt::format("{}: {} of {} runs were not started", why, rest, settings_.repeat));
  }
  if (settings_.summary == model::ShowSummary::never) return;
  if (settings_.summary == model::ShowSummary::failure && !failed) return;
  if (broken_ && runs_.size() <= 1) return;
  print_error_lines(report::repeat_table(runs_, console().is_terminal() ? console().columns() : 0));
}

}  // namespace

model::ExitAction repeat_command(const settings::Settings& settings, const os::SignalState& caller,
                                 std::span<char*> arguments) {
  const bool inherits = settings.input.is_callers();
  if (inherits && settings.jobs == 1 && os::is_channel(STDIN_FILENO)) {
    say("--repeat: standard input is a pipe, which can be read but once; give --stdin FILE or --stdin null");
    return {model::kExitOwnFailure, {}};
  }
  return Repeater(settings, caller, arguments).run();
}

void become_repetition(settings::Settings& settings) {
  if (settings.jobs > 1 && settings.show == model::ShowOutput::live) settings.show = model::ShowOutput::never;
  settings.summary = model::ShowSummary::never;
  settings.repeat = 1;
  settings.is_repetition = true;
}

}  // namespace oversee::cli
