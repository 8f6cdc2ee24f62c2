// oversee serve --stdio: runs commands on request; requests and answers are lines of JSON.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "cli/console.hpp"
#include "cli/recorded_runs.hpp"
#include "cli/serve_answers.hpp"
#include "cli/serve_input.hpp"
#include "cli/serve_session.hpp"
#include "cli/verb_values.hpp"
#include "cli/verbs.hpp"
#include "model/outcome.hpp"
#include "model/whole_number.hpp"
#include "os/descriptor.hpp"
#include "os/file_sink.hpp"
#include "os/process_usage.hpp"
#include "os/readiness.hpp"
#include "os/signals.hpp"
#include "os/terminal.hpp"
#include "settings/table.hpp"
#include "uv/background_writer.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"

namespace oversee::cli {
namespace {

constexpr std::array kServeOptions{
    VerbOption{"stdio", 0, "", "Read requests from standard input, write answers to standard output"},
    VerbOption{"max-concurrent", 0, "N", "Let at most N runs live at once; as many as there are processors", "1|4|16"},
    VerbOption{"on-eof", 0, "WHAT", "At the end of the requests wait for the runs, or cancel them", "wait|cancel"},
};

// After a signal: how long the reader may make no progress, and the bound on the whole wait.
constexpr auto kAnswerPatience = std::chrono::milliseconds(300);
constexpr auto kAnswerBound = std::chrono::seconds(2);

struct Wishes {
  std::size_t max_concurrent = 1;
  bool cancel_at_end = false;
};

std::expected<Wishes, std::string> read_wishes(const VerbArguments& arguments) {
  if (!arguments.has("stdio")) {
    return std::unexpected("serve: --stdio is the only transport; write oversee serve --stdio");
  }
  Wishes wishes{.max_concurrent = os::processors()};
  if (arguments.has("max-concurrent")) {
    const auto most = read_value(arguments, "max-concurrent", model::parse_times);
    if (!most) return std::unexpected(most.error());
    wishes.max_concurrent = static_cast<std::size_t>(*most);
  }
  const std::string on_eof = arguments.value("on-eof");
  if (!on_eof.empty() && on_eof != "wait" && on_eof != "cancel") {
    return std::unexpected(cannot_read("on-eof", on_eof, "wait or cancel"));
  }
  wishes.cancel_at_end = on_eof == "cancel";
  return wishes;
}

// Variables that name the files of a single run would make all runs overwrite each other's files.
void forget_variables_of_one_run() {
  for (const settings::Setting& each : settings::table()) {
    if (each.names_one_run) ::unsetenv(settings::variable_of(each).c_str());
  }
}

class Service {
 public:
  Service(const Wishes& wishes, const os::SignalState& caller)
      : wishes_(wishes),
        caller_(caller),
        sink_(make_sink()),
        answers_(*sink_),
        session_(loop_, caller, answers_, wishes.max_concurrent),
        input_(loop_, STDIN_FILENO,
               {.may_take = [this] { return !answers_.full() && !session_.full(); },
                .on_line = [this](std::optional<std::string_view> line) { session_.take(line); },
                .on_end = [this](int error) { input_ended(error); }}) {
    session_.on_change = [this] { changed(); };
    sink_->on_ready = [this] {
      answers_.made_room();
      changed();
    };
    sink_->on_error = [this](int error) { reader_gone(error); };
  }

  int run();

 private:
  std::unique_ptr<model::ByteSink> make_sink();
  void input_ended(int error);
  void reader_gone(int error);
  void read_signals();
  void changed();
  void cancel(model::Signal signal, bool send);
  int leave();

  const Wishes wishes_;
  const os::SignalState caller_;
  const bool hup_is_reload_ = os::hup_is_reload(os::has_controlling_terminal());
  uv::Loop loop_;
  uv::BackgroundWriter* writer_ = nullptr;  // the sink, if writing can block
  std::unique_ptr<model::ByteSink> sink_;
  ServeAnswers answers_;
  ServeSession session_;
  ServeInput input_;
  std::optional<os::SignalWatch> signals_;
  std::unique_ptr<uv::PollWatch> departure_watch_;
  bool input_over_ = false;
  int input_error_ = 0;
  std::optional<int> output_error_;
  std::optional<model::Signal> cancelled_by_;
};

std::unique_ptr<model::ByteSink> Service::make_sink() {
  if (!os::can_block(STDOUT_FILENO)) return std::make_unique<os::FileSink>(STDOUT_FILENO);
  auto writer = std::make_unique<uv::BackgroundWriter>(loop_, STDOUT_FILENO);
  writer_ = writer.get();
  return writer;
}

int Service::run() {
  auto signals = os::SignalWatch::open(
      os::signal_bit(SIGINT) | os::signal_bit(SIGTERM) | os::signal_bit(SIGHUP) | os::signal_bit(SIGQUIT), caller_);
  if (!signals) return refuse(signals.error());
  signals_.emplace(std::move(*signals));
  const uv::PollWatch signal_watch(loop_, signals_->fd(), [this] { read_signals(); });
  // Detects that the reader has gone even if nothing is written.
  const auto departure = os::Readiness::of_departure(STDOUT_FILENO);
  if (departure) {
    departure_watch_ = std::make_unique<uv::PollWatch>(loop_, departure->fd(), [this] { reader_gone(EPIPE); });
  }
  if (const auto started = input_.start(); !started) return refuse(started.error());
  loop_.run();
  departure_watch_.reset();
  return leave();
}

void Service::input_ended(int error) {
  input_over_ = true;
  input_error_ = error;
  if (wishes_.cancel_at_end) session_.cancel_all(SIGTERM);
  changed();
}

void Service::reader_gone(int error) {
  if (departure_watch_) departure_watch_->pause();
  if (output_error_) return;
  output_error_ = error;
  cancel(SIGTERM, true);
}

// A signal from the terminal has already reached the runs, which share our process group.
void Service::read_signals() {
  while (const auto signal = signals_->next()) {
    if (os::asks_for_reload(*signal, hup_is_reload_)) {
      session_.signal_all(SIGHUP);
      continue;
    }
    if (!cancelled_by_) cancelled_by_ = signal->number;
    cancel(signal->number, !signal->from_terminal);
  }
}

void Service::cancel(model::Signal signal, bool send) {
  input_over_ = true;
  input_.stop();
  session_.cancel_all(signal, send);
}

void Service::changed() {
  input_.go_on();
  if (!input_over_ || !session_.empty()) return;
  if (sink_->idle() || output_error_ || cancelled_by_) loop_.stop();
}

// After a signal, a stalled reader is not waited for. Its writer thread cannot be ended, so exit by a signal or
// _exit(2).
int Service::leave() {
  if (cancelled_by_) {
    if (writer_ != nullptr) (void)writer_->drain(kAnswerPatience, kAnswerBound);
    os::die_of(*cancelled_by_);
  }
  if (output_error_) {
    say_error(
        fmt::format("cannot write to standard output: {}; all runs were cancelled", std::strerror(*output_error_)));
    ::_exit(model::kExitOwnFailure);
  }
  if (input_error_ != 0) {
    say_error(fmt::format("cannot read standard input: {}", std::strerror(input_error_)));
    return model::kExitOwnFailure;
  }
  return EXIT_SUCCESS;
}

int serve(const VerbArguments& arguments) {
  const auto wishes = read_wishes(arguments);
  if (!wishes) {
    say_error(wishes.error());
    return model::kExitOwnFailure;
  }
  const os::SignalState caller = os::signal_state();
  os::set_own_signals();
  forget_variables_of_one_run();
  return Service(*wishes, caller).run();
}

}  // namespace

const Verb kServeVerb{
    .name = "serve",
    .operands = "",
    .operand_count = 0,
    .summary = "Run what a program asks for by lines of JSON, and answer it so",
    .options = kServeOptions,
    .run = serve,
};

}  // namespace oversee::cli
