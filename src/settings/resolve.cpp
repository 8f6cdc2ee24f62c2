// Parses and cross-checks settings.
#include "settings/resolve.hpp"

#include <fmt/format.h>

#include <csignal>

#include "model/byte_size.hpp"
#include "settings/table.hpp"

namespace oversee::settings {
namespace {

// Collects the first error, so that the list of settings below reads as a list.
class Reader {
 public:
  explicit Reader(const Layer& layer) : layer_(layer) {}

  std::optional<std::string> text(std::string_view name) {
    const Given* given = layer_.last(name);
    if (given == nullptr) return {};
    if (given->text.empty()) refuse(*given, "a value that is not empty");
    return given->text;
  }

  std::vector<std::string> list(std::string_view name) {
    std::vector<std::string> values;
    for (const Given& given : layer_.all(name)) {
      if (given.text.empty() || given.text.front() == '=') refuse(given, "a name, as in NAME or NAME=VALUE");
      values.push_back(given.text);
    }
    return values;
  }

  bool flag(std::string_view name) {
    const Given* given = layer_.last(name);
    if (given == nullptr) return false;
    for (const std::string_view yes : {"true", "1", "yes", "on"}) {
      if (given->text == yes) return true;
    }
    for (const std::string_view no : {"false", "0", "no", "off"}) {
      if (given->text == no) return false;
    }
    refuse(*given, "true or false");
    return false;
  }

  // The built-in value where none is given. `otherwise` stands in for one that was refused.
  template <class Value>
  Value parse(std::string_view name, model::Parsed<Value> (*parser)(std::string_view), Value otherwise) {
    const Given* written = layer_.last(name);
    const Given value = written != nullptr ? *written : Given{std::string(find(name)->built_in), "built-in"};
    auto parsed = parser(value.text);
    if (parsed) return *parsed;
    refuse(value, parsed.error().allowed);
    return otherwise;
  }

  // Whether it asks for anything: a flag that says no contradicts nothing.
  bool claims(std::string_view name) { return given(name) && (find(name)->kind != Kind::flag || flag(name)); }
  bool given(std::string_view name) const { return layer_.last(name) != nullptr; }
  const std::string& where(std::string_view name) const { return layer_.last(name)->where; }

  void refuse(const Given& given, std::string_view allowed) {
    fail(fmt::format("{}: cannot read '{}'; expected {}", given.where, given.text, allowed));
  }
  // Rivals of different sources have been settled when the layers were joined: these come from one.
  void refuse_rivals() {
    for (const Setting& setting : table()) {
      for (const std::string_view rival : rivals(setting.name)) {
        if (!claims(setting.name) || !claims(rival)) continue;
        fail(fmt::format("{} and {} exclude each other; give one of them", where(setting.name), where(rival)));
      }
    }
  }
  void fail(std::string message) {
    if (!error_) error_ = SettingError{std::move(message)};
  }
  const std::optional<SettingError>& error() const { return error_; }

 private:
  const Layer& layer_;
  std::optional<SettingError> error_;
};

model::Parsed<model::ShowSummary> parse_show_summary(std::string_view text) {
  if (text == "always") return model::ShowSummary::always;
  if (text == "failure") return model::ShowSummary::failure;
  if (text == "never") return model::ShowSummary::never;
  return std::unexpected(model::ValueError{std::string(text), "always, failure or never"});
}

model::StandardInput standard_input(const std::optional<std::string>& what) {
  using Kind = model::StandardInput::Kind;
  if (!what || *what == "inherit") return {Kind::inherit, {}};
  if (*what == "null") return {Kind::null, {}};
  return {Kind::file, *what};
}

}  // namespace

std::expected<Settings, SettingError> resolve(const Layer& layer, std::vector<std::string> words) {
  Reader read(layer);
  Settings settings;
  settings.words = std::move(words);

  read.refuse_rivals();
  settings.shell_line = read.text("shell-line");
  settings.script = read.text("script");
  settings.shell = read.text("shell").value_or(std::string(find("shell")->built_in));
  settings.interpreter = read.text("interpreter");
  if (!settings.shell_line && !settings.script && settings.words.empty()) {
    read.fail("no command given; write oversee [OPTIONS] -- COMMAND [ARG]...");
  }
  if (settings.interpreter && !settings.script) {
    read.fail(fmt::format("{} needs --script", read.where("interpreter")));
  }

  settings.directory = read.text("directory").value_or("");
  settings.env = read.list("env");
  settings.env_files = read.list("env-file");
  settings.unset_env = read.list("unset-env");
  for (const Given& name : layer.all("unset-env")) {
    if (name.text.find('=') != std::string::npos) read.refuse(name, "a variable's name without a value");
  }
  settings.clear_env = read.flag("clear-env");
  settings.input = standard_input(read.text("stdin"));

  settings.limits.wall = read.parse<model::TimeLimit>("timeout", model::parse_time_limit, {});
  const model::Signal signal = read.parse<model::Signal>("signal", model::parse_signal, SIGTERM);
  const model::TimeLimit grace = read.parse<model::TimeLimit>("kill-after", model::parse_time_limit, {});
  if (read.given("stop")) {
    settings.limits.ladder = read.parse("stop", model::StopLadder::parse, settings.limits.ladder);
  } else {
    settings.limits.ladder = model::StopLadder(signal, grace);
  }

  settings.log = read.text("log");
  settings.log_dir = read.text("log-dir");
  settings.no_log = read.flag("no-log");
  settings.max_output = read.parse("max-output", model::parse_size_limit, model::SizeLimit{});
  settings.json = read.text("json");
  settings.summary = read.parse("summary", parse_show_summary, model::ShowSummary::always);
  settings.exit_policy.preserve_status = read.flag("preserve-status");
  settings.name = read.text("name");
  settings.verbose = read.flag("verbose");
  for (const std::string_view name : {"log", "json"}) {
    if (read.given(name) && *read.text(name) == "-") {
      read.fail(fmt::format("{}: '-' is not a file; stdout is the command's alone", read.where(name)));
    }
  }

  if (read.error()) return std::unexpected(*read.error());
  return settings;
}

}  // namespace oversee::settings
