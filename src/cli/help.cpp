// Formats help from the table of settings.
#include "cli/help.hpp"

#include <fmt/format.h>

#include "settings/table.hpp"

namespace oversee::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumn = 29;  // where explanations start

// For settings and for options of verbs.
std::string flag_column(const auto& option) {
  std::string flag = option.letter == 0 ? "      " : fmt::format("  -{}, ", option.letter);
  flag += fmt::format("--{}", option.name);
  if (!option.metavar.empty()) flag += fmt::format(" {}", option.metavar);
  return flag;
}

// Wraps the words at kWidth, with every line starting at kColumn.
std::string explanation(std::string text) {
  std::string lines;
  std::size_t column = kColumn;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string word = text.substr(0, end);
    if (column + word.size() >= kWidth) {
      lines += '\n' + std::string(kColumn, ' ');
      column = kColumn;
    }
    lines += column == kColumn ? word : ' ' + word;
    column += word.size() + 1;
    text.erase(0, end == std::string::npos ? text.size() : end + 1);
  }
  return lines + '\n';
}

std::string entry(const std::string& flag, const std::string& text) {
  const std::string column = flag.size() + 2 > kColumn ? flag + '\n' + std::string(kColumn, ' ')
                                                       : flag + std::string(kColumn - flag.size(), ' ');
  return column + explanation(text);
}

std::string setting_entry(const settings::Setting& setting) {
  std::string help(setting.help);
  if (!setting.built_in.empty()) help += fmt::format(" [{}]", setting.built_in);
  if (setting.repeatable) help += " (again for more)";
  return entry(flag_column(setting), help);
}

std::string joined(const std::vector<std::string_view>& words, char separator) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

}  // namespace

std::string group_help(settings::Group group) {
  std::string text = fmt::format("{}:\n", settings::title(group));
  for (const settings::Setting& setting : settings::table()) {
    if (setting.group == group) text += setting_entry(setting);
  }
  return text;
}

std::string setting_help(const settings::Setting& setting) {
  std::string text = setting_entry(setting) + '\n';
  if (setting.scope == settings::Scope::flag) return text + "It can be set by the flag alone.\n";
  text += fmt::format("Variable: {}\n", variable_of(setting));
  if (setting.scope == settings::Scope::file) {
    const bool anywhere = setting.project == settings::InProject::allowed;
    text += fmt::format("Key in settings files: {}{}\n", setting.name,
                        anywhere ? "" : " (not in [defaults] of a project's)");
  }
  if (setting.scope == settings::Scope::profile) text += fmt::format("Key in profiles: {}\n", setting.name);
  const std::vector<std::string_view> rivals = settings::rivals(setting.name);
  if (!rivals.empty()) text += fmt::format("Not beside: {}\n", joined(rivals, ' '));
  return text;
}

std::string version_text() { return "oversee " OVERSEE_VERSION "\n"; }

std::string help_text() {
  std::string text =
      "usage: oversee [OPTIONS] [--] COMMAND [ARG]...\n"
      "       oversee [OPTIONS] -c 'LINE' [ARG]...\n"
      "       oversee [OPTIONS] --script FILE [ARG]...\n"
      "       oversee [OPTIONS] -P PROFILE [ARG]...\n"
      "       oversee VERB ...\n"
      "\n"
      "Runs a command under supervision: its output live and unchanged, its exit\n"
      "status, deadlines that hold, nothing left running, a log and a summary.\n";
  for (const settings::Group group : settings::groups()) text += '\n' + group_help(group);
  text += entry("  -h, --help", "Show this help");
  text += entry("  -V, --version", "Show the version");
  text += "\nVerbs, each as the very first word (oversee VERB --help tells its options):\n";
  for (const Verb* verb : verbs()) {
    text += entry(fmt::format("  {} {}", verb->name, verb->operands), std::string(verb->summary));
  }
  text +=
      "\nDUR: 90, 1.5s, 500ms, 2m30s, 1h, none; a bare number is seconds.\n"
      "SIZE: 4096, 64KiB, 10MB, 1.5GiB, none.  SIG: TERM, SIGTERM, 15, RTMIN+1.\n"
      "Each option can be set by a variable, OVERSEE_TIMEOUT=5m for --timeout 5m, and\n"
      "by a key in oversee.toml, timeout = \"5m\"; see oversee help settings.\n"
      "\n"
      "Exit status: the command's own; 124 timed out; 125 oversee itself failed;\n"
      "126 the command cannot be executed; 127 there is no such command; death by\n"
      "the same signal where the command died of one.  More: oversee help, man oversee\n";
  return text;
}

std::string verb_help_text(const Verb& verb, std::span<const VerbOption> options) {
  std::string text = fmt::format("usage: oversee {} {} [OPTIONS]\n\n{}.\n\n", verb.name, verb.operands, verb.summary);
  for (const VerbOption& option : options) {
    text += entry(flag_column(option), std::string(option.help) + (option.repeatable ? " (again for more)" : ""));
  }
  return text + fmt::format("\nMore: man oversee-{}\n", verb.name);
}

std::string short_usage() {
  return "usage: oversee [OPTIONS] [--] COMMAND [ARG]...\n"
         "\n"
         "  oversee make test                     run it; keep a log and a summary\n"
         "  oversee -t 5m -- ./deploy.sh          stop it, and all it started, after 5m\n"
         "  oversee -t 1h -k 30s -c 'a | b'       a shell line; KILL 30s after TERM\n"
         "\n"
         "oversee --help shows all options.\n";
}

std::string settings_listing() {
  const auto own = [](std::string_view name, char letter, std::string_view help) {
    return settings::Setting{.name = name,
                             .letter = letter,
                             .kind = settings::Kind::flag,
                             .help = help,
                             .scope = settings::Scope::flag,
                             .project = settings::InProject::refused};
  };
  std::vector<settings::Setting> all{own("help", 'h', "Show this help"), own("version", 'V', "Show the version")};
  all.insert(all.end(), settings::table().begin(), settings::table().end());
  std::string text;
  for (const settings::Setting& setting : all) {
    const std::string letter = setting.letter == 0 ? "" : std::string(1, setting.letter);
    text +=
        fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", setting.name, letter,
                    setting.kind == settings::Kind::flag ? "flag" : "value", setting.metavar, setting.built_in,
                    setting.choices, name_of(setting.kind), name_of(setting.group),
                    setting.repeatable ? "again" : "once", name_of(setting.scope), setting.suggestions, setting.help,
                    joined(settings::rivals(setting.name), '|'), title(setting.group), name_of(setting.project));
  }
  return text;
}

}  // namespace oversee::cli
