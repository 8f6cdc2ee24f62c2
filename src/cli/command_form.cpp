// Builds the command's argv and environment.
#include "cli/command_form.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "model/command_line.hpp"
#include "model/secrets.hpp"
#include "os/asked_file.hpp"
#include "os/file.hpp"
#include "os/host.hpp"
#include "settings/table.hpp"

namespace oversee::cli {
namespace {

using model::Failure;

void append(std::vector<std::string>& argv, const std::vector<std::string>& words) {
  argv.insert(argv.end(), words.begin(), words.end());
}

// An executable script is executed, and the kernel reads its #! line. For a script without the x bit the #! line is
// interpreted here, so that a file from an archive also runs.
model::Result<std::vector<std::string>> script_argv(const settings::Settings& settings) {
  const std::string& file = *settings.script;
  std::vector<std::string> argv;
  const os::AskedFile asked("read the script", file);
  const auto text = os::read_file(file);
  if (!text) return std::unexpected(Failure{"read the script", text.error().error, file, {}});
  const bool has_line = text->starts_with("#!");
  // Make it a path, so that PATH is not searched. It is relative to oversee's directory, not to the command's.
  std::string path = file;
  if (!settings.directory.empty() && !file.starts_with('/')) {
    path = os::current_directory() + '/' + file;
  } else if (file.find('/') == std::string::npos) {
    path = "./" + file;
  }
  if (settings.interpreter) {
    argv.push_back(*settings.interpreter);
  } else if (has_line && ::access(file.c_str(), X_OK) == 0) {
    // the kernel runs the script itself
  } else if (has_line) {
    // Like execve(2): the interpreter, then the rest of the line as a single argument.
    std::string line = text->substr(2, text->find('\n') - 2);
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) return std::unexpected(Failure{"read the script's #! line", 0, file, {}});
    line = line.substr(start, line.find_last_not_of(" \t\r") + 1 - start);
    const std::size_t end = line.find_first_of(" \t");
    argv.push_back(line.substr(0, end));
    if (end != std::string::npos) argv.push_back(line.substr(line.find_first_not_of(" \t", end)));
  } else {
    argv.push_back(settings.shell);
  }
  argv.push_back(path);
  append(argv, settings.words);
  return argv;
}

// Names may contain any byte except '=' and NUL (environ(7)). The settings reject "K=V" with an empty K.
std::string name_of(const std::string& assignment) { return assignment.substr(0, assignment.find('=')); }

void unset(std::vector<std::string>& environment, const std::string& name) {
  std::erase_if(environment, [&](const std::string& variable) { return name_of(variable) == name; });
}

void set(std::vector<std::string>& environment, const std::string& assignment) {
  unset(environment, name_of(assignment));
  environment.push_back(assignment);
}

std::string_view trim(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r") + 1 - start);
}

// Reads "K=V" lines as systemd and docker do: skips blank lines and comments, removes one pair of quotes around the
// whole value, allows a leading "export", expands nothing.
model::Result<void> set_from_file(std::vector<std::string>& environment, const std::string& path) {
  const auto text = os::read_file(path);
  if (!text) return std::unexpected(Failure{"read --env-file", text.error().error, path, {}});
  std::string_view rest = *text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return std::unexpected(
          Failure{"read --env-file", 0, fmt::format("{}:{}: '{}'", path, number, line), "a line is NAME=VALUE"});
    }
    std::string_view value = trim(line.substr(equals + 1));
    const bool quoted =
        value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    if (quoted) value = value.substr(1, value.size() - 2);
    set(environment, fmt::format("{}={}", trim(line.substr(0, equals)), value));
  }
  return {};
}

}  // namespace

model::Result<std::vector<std::string>> command_argv(const settings::Settings& settings) {
  if (settings.shell_line) {
    // $0 is the shell's name, so that the first additional argument becomes $1.
    std::vector<std::string> argv{settings.shell, "-c", *settings.shell_line,
                                  std::string(model::base_name(settings.shell))};
    append(argv, settings.words);
    return argv;
  }
  if (settings.script) return script_argv(settings);
  if (settings.words.front().empty()) {
    return std::unexpected(Failure{"run a command whose name is empty", 0, {}, "give its name after --"});
  }
  return settings.words;
}

model::Result<std::vector<std::string>> command_environment(const settings::Settings& settings,
                                                            const std::vector<std::string>& caller) {
  std::vector<std::string> environment;
  if (!settings.clear_env) environment = caller;
  for (const settings::Setting& each : settings::table()) {
    if (each.names_one_run) unset(environment, variable_of(each));
  }
  for (const std::string& name : settings.unset_env) unset(environment, name);
  for (const std::string& path : settings.env_files) {
    const os::AskedFile asked("read the environment file", path);
    if (auto done = set_from_file(environment, path); !done) return std::unexpected(done.error());
  }
  for (const std::string& each : settings.env) {
    if (each.find('=') != std::string::npos) {
      set(environment, each);
      continue;
    }
    const auto inherited =
        std::ranges::find_if(caller, [&](const std::string& variable) { return name_of(variable) == each; });
    if (inherited != caller.end()) set(environment, *inherited);
  }
  return environment;
}

std::string run_name(const settings::Settings& settings, const std::vector<std::string>& argv) {
  if (settings.name) return *settings.name;
  if (settings.shell_line) {
    const std::string line = model::masked_line(*settings.shell_line);
    const std::string first = line.substr(0, line.find_first_of(" \t\n;|&<>()"));
    if (!first.empty()) return std::string(model::base_name(first));
  }
  return std::string(model::base_name(settings.script ? *settings.script : argv.front()));
}

}  // namespace oversee::cli
