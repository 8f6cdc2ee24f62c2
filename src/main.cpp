// The entry point: this process becomes a guard, prints information, runs a verb, or supervises a run.
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/detach_command.hpp"
#include "cli/explain.hpp"
#include "cli/help.hpp"
#include "cli/lost_run.hpp"
#include "cli/repeat_command.hpp"
#include "cli/run_command.hpp"
#include "cli/settings_files.hpp"
#include "cli/toml_schema.hpp"
#include "cli/verbs.hpp"
#include "guard/guard.hpp"
#include "guard/guard_arguments.hpp"
#include "model/mechanism.hpp"
#include "model/outcome.hpp"
#include "os/descriptor.hpp"
#include "os/file_work.hpp"
#include "os/last_words.hpp"
#include "os/needed_calls.hpp"
#include "os/side_process.hpp"
#include "os/signals.hpp"
#include "settings/join.hpp"
#include "settings/resolve.hpp"

namespace oversee {
namespace {

int fail(const settings::SettingError& error) {
  cli::say(error);
  return model::kExitOwnFailure;
}

// The role of this process: the call itself, or a run that another oversee has started.
enum class Part : std::uint8_t { whole, repetition, detached };

int supervise(std::span<char*> argv, Part part, os::UniqueFd answer) {
  if (const char* call = os::refused_call()) {
    return fail({std::string("cannot supervise a command: this system refuses ") + call + "(2)"});
  }
  const os::SignalState caller = os::signal_state();
  if (model::works(model::Mechanism::open_streams)) os::open_closed_standard_streams();
  if (model::works(model::Mechanism::own_signals)) os::set_own_signals();

  const auto arguments = cli::parse_arguments(argv);
  if (!arguments) return fail(arguments.error());
  if (arguments->help) return cli::print(cli::help_text());
  if (arguments->version) return cli::print(cli::version_text());
  settings::Sources sources{{}, cli::own_variables(), arguments->flags, arguments->words};
  // In a side process, so that a home directory on a dead file server cannot hang oversee.
  const auto read = [&] { sources.files = cli::read_settings_files(sources.flags, sources.variables); };
  if (!cli::surely_has_no_settings_files(sources.flags, sources.variables)) {
    if (const auto done = os::do_beside(read, os::kFileBound, caller); !done) return fail({describe(done.error())});
  }
  if (const auto errors = cli::errors_of(sources.files); !errors.empty()) {
    return cli::say(errors), model::kExitOwnFailure;
  }
  const auto joined = settings::join(sources);
  if (!joined) return fail(joined.error());
  auto settings = settings::resolve(joined->layer, joined->words);
  if (!settings) return fail(settings.error());
  for (const std::string& warning : settings->warnings) cli::warn(warning);
  if (settings->explain) return cli::explain(*settings, *joined, sources.files);
  if (part == Part::repetition) cli::become_repetition(*settings);
  if (part == Part::detached) cli::become_detached(*settings);
  if (part == Part::whole && settings->detach) return cli::detach_command(*settings, caller, argv);
  const auto answers = part == Part::detached ? cli::Answers::started : cli::Answers::ended;
  const model::ExitAction exit = settings->repeat > 1 ? cli::repeat_command(*settings, caller, argv)
                                                      : cli::run_command(*settings, caller, std::move(answer), answers);
  (void)cli::console().finish();
  if (exit.die_of) os::die_of(*exit.die_of);
  return exit.code;
}

// If a side process hangs, exits by _exit(2), after closing all descriptors, which the side process shares.
int leave(int code) {
  if (os::any_side_process()) {
    os::close_all_descriptors();
    ::_exit(code);
  }
  return code;
}

// A run started by another oversee. argv[2] is the descriptor for its answer; the user's arguments follow.
int supervise_for(std::span<char*> argv, Part part) {
  int answer = -1;
  const std::string_view text = argv.size() > 2 ? argv[2] : "";
  if (std::from_chars(text.data(), text.data() + text.size(), answer).ec != std::errc{} || answer < 3) {
    return fail({std::string(argv[1]) + " is oversee's own and not for direct use"});
  }
  os::keep_over_exec(answer, false);
  argv[2] = argv[0];
  return supervise(argv.subspan(2), part, os::UniqueFd(answer));
}

// A verb supervises nothing itself, so signals keep their default effect.
int act(const cli::Verb& verb, std::span<char*> words) {
  os::open_closed_standard_streams();
  return cli::run_verb(verb, words);
}

int start(std::span<char*> arguments) {
  const std::string_view first = arguments.size() > 1 ? arguments[1] : "";
  // By _exit(2), like the front. A leak checker stops the process at a normal exit; if the command's terminal hangs up
  // meanwhile, its CONT undoes the stop, and the checker waits forever.
  if (first == guard::kFirstArgument) ::_exit(guard::run_guard(arguments, cli::finish_lost_run));
  if (first == cli::kListSettings) return cli::print(cli::settings_listing());
  if (first == cli::kTomlSchema) return cli::print(cli::toml_schema());
  if (first == cli::kListVerbs) return cli::print(cli::verbs_listing());
  if (first == cli::kRepetition) return supervise_for(arguments, Part::repetition);
  if (first == cli::kDetached) return supervise_for(arguments, Part::detached);
  if (const cli::Verb* verb = cli::find_verb(first)) return act(*verb, arguments.subspan(1));
  if (arguments.size() <= 1) return cli::print_error_lines(cli::short_usage()), model::kExitOwnFailure;
  return supervise(arguments, Part::whole, {});
}

}  // namespace
}  // namespace oversee

int main(int argc, char** argv) {
  using namespace oversee;
  os::say_last_words(model::kExitOwnFailure);
  const int status = start({argv, static_cast<std::size_t>(argc)});
  (void)cli::console().finish();
  return leave(status);
}
