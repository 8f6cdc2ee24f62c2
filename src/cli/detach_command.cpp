// Starts a detached run and returns its id.
#include "cli/detach_command.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

#include "cli/console.hpp"
#include "model/outcome.hpp"
#include "model/signal_name.hpp"
#include "os/own_copy.hpp"

namespace oversee::cli {
namespace {

// How long a report waits until the parent has printed the id.
constexpr auto kParentPrints = std::chrono::seconds(1);

}  // namespace

int detach_command(const settings::Settings& settings, const os::SignalState& caller, std::span<char*> arguments) {
  const auto argv = [&](int answer) {
    std::vector<std::string> words{"oversee", kDetached, fmt::format("{}", answer)};
    words.insert(words.end(), arguments.begin() + 1, arguments.end());
    return words;
  };
  const bool inherits = settings.input.is_callers();
  auto copy = os::start_own_copy(argv, caller, {.null_input = inherits, .own_session = true});
  if (!copy) return say_error(describe(copy.error())), model::kExitOwnFailure;
  const auto id = os::read_all(copy->answer.get(), "the detached run's answer");
  if (id && !id->empty()) return print(*id);
  const int status = os::wait_for(*copy);
  constexpr int kKilled = 128;
  if (status > kKilled) {
    say_error(fmt::format("the detached run was killed by {} before its command was started",
                          model::signal_name(status - kKilled)));
  } else if (status == EXIT_SUCCESS) {
    say_error("the detached run ended before its command was started");
    return model::kExitOwnFailure;
  }
  return status;
}

// Until the command has started, messages go to the user, who is still waiting.
void become_detached(settings::Settings& settings) {
  settings.show = model::ShowOutput::never;
  settings.digest = model::ShowDigest::never;
  settings.ci = model::CiService::none;
  if (settings.summary == model::ShowSummary::always) settings.summary = model::ShowSummary::failure;
}

void StartAnswer::on(const model::Event& event, const model::Reading&) {
  if (const auto* started = std::get_if<model::RunStarted>(&event)) info_ = started->info;
  // A report may follow on the same stdout (--json -), after the id that the parent prints.
  if (std::holds_alternative<model::RunFinished>(event)) (void)parent_.wait(kParentPrints, -1);
  if (!answer_ || !std::holds_alternative<model::AttemptStarted>(event)) return;
  // Detach before answering, because the parent exits as soon as it has the answer.
  os::let_go_of_parent();
  (void)os::write_fully(answer_.get(), info_->id + '\n');
  answer_.reset();
}

}  // namespace oversee::cli
