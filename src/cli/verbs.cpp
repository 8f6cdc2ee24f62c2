// Registers the verbs and parses their arguments.
#include "cli/verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "cli/console.hpp"
#include "cli/help.hpp"
#include "cli/option_parser.hpp"
#include "cli/verb_values.hpp"
#include "model/nearest_word.hpp"
#include "model/outcome.hpp"

namespace oversee::cli {
namespace {

constexpr std::array kVerbs{
    &kListVerb,  &kShowVerb,  &kStatsVerb,    &kLogsVerb,  &kWaitVerb, &kCancelVerb,
    &kCleanVerb, &kServeVerb, &kProfilesVerb, &kCheckVerb, &kHelpVerb,
};

constexpr VerbOption kHelp{"help", 'h', "", "Show this help"};

std::vector<VerbOption> options_of(const Verb& verb) {
  std::vector<VerbOption> options(verb.options.begin(), verb.options.end());
  options.push_back(kHelp);
  return options;
}

std::string unknown_option(const std::vector<VerbOption>& options, const std::string& word, std::string_view verb) {
  std::vector<std::string_view> names;
  names.reserve(options.size());
  for (const VerbOption& option : options) names.push_back(option.name);
  const std::string_view name = std::string_view(word).substr(0, word.find('='));
  const std::string_view near = name.starts_with("--") ? model::nearest(name.substr(2), names) : std::string_view();
  if (!near.empty()) return fmt::format("no such flag: {}; did you mean --{}?", name, near);
  return fmt::format("no such flag: {}; see oversee {} --help", name, verb);
}

// The option that takes the next argument as its value; null if none does.
const VerbOption* takes_next(const std::vector<VerbOption>& options, std::string_view word) {
  const auto found = word.starts_with("--") ? std::ranges::find(options, word.substr(2), &VerbOption::name)
                                            : std::ranges::find_if(options, [&](const VerbOption& option) {
                                                return word.size() > 1 && word[0] == '-' && option.letter != 0 &&
                                                       option.letter == word.back();
                                              });
  return found == options.end() || found->metavar.empty() ? nullptr : &*found;
}

// Rejects arguments that CLI11 would misread, as for oversee's own options (cli/arguments.cpp).
std::optional<std::string> refuse_value(const std::vector<VerbOption>& options, std::span<const std::string> words) {
  for (auto at = words.begin(); at != words.end(); ++at) {
    const std::string& word = *at;
    const std::size_t equals = word.find('=');
    if (word == "--") return {};
    if (const VerbOption* option = takes_next(options, word); option != nullptr && at + 1 != words.end()) {
      if (auto refusal = refuse_next_word(option->name, option->metavar, *++at); !refusal.empty()) return refusal;
      continue;
    }
    if (!word.starts_with("--") || equals == std::string::npos) continue;
    const auto option = std::ranges::find(options, std::string_view(word).substr(2, equals - 2), &VerbOption::name);
    if (option == options.end()) continue;
    if (option->metavar.empty()) {
      return fmt::format("--{} takes no value; leave out '{}'", option->name, word.substr(equals));
    }
    if (equals + 1 == word.size()) {
      return fmt::format("--{0}: its value is empty; expected --{0}={1}", option->name, option->metavar);
    }
  }
  return {};
}

}  // namespace

std::span<const Verb* const> verbs() { return kVerbs; }

const Verb* find_verb(std::string_view word) {
  const auto* const found = std::ranges::find(kVerbs, word, &Verb::name);
  return found == kVerbs.end() ? nullptr : *found;
}

std::expected<VerbArguments, std::string> parse_verb_arguments(const Verb& verb, std::vector<std::string> words) {
  const std::vector<VerbOption> options = options_of(verb);
  if (auto refused = refuse_value(options, words)) return std::unexpected(*refused);
  VerbArguments arguments;
  std::vector<Option> to_read;
  to_read.reserve(options.size());
  for (const VerbOption& option : options) {
    to_read.push_back({option.name, option.letter, !option.metavar.empty(),
                       [&arguments, &option](const std::string& value) { arguments.add(option.name, value); }});
  }
  auto others = read_options(to_read, Order::any, std::move(words));
  if (!others) return std::unexpected(others.error());
  arguments.operands = std::move(others->operands);
  if (arguments.has(kHelp.name)) return arguments;
  for (const std::string& word : others->rest) {
    if (word != "--") return std::unexpected(unknown_option(options, word, verb.name));
  }
  if (arguments.operands.size() > verb.operand_count) {
    return std::unexpected(fmt::format("{}: '{}' is too much; usage: oversee {} {} [OPTIONS]", verb.name,
                                       arguments.operands.at(verb.operand_count), verb.name, verb.operands));
  }
  const std::size_t needed = verb.operand_count == kAnyNumber ? 1 : verb.operand_count;
  if (arguments.operands.size() < needed && !verb.operands.starts_with('[')) {
    return std::unexpected(
        fmt::format("{} needs to be told more; usage: oversee {} {} [OPTIONS]", verb.name, verb.name, verb.operands));
  }
  return arguments;
}

int run_verb(const Verb& verb, std::span<char*> words) {
  const auto arguments = parse_verb_arguments(verb, std::vector<std::string>(words.begin() + 1, words.end()));
  if (!arguments) {
    say_error(arguments.error());
    return model::kExitOwnFailure;
  }
  if (arguments->has(kHelp.name)) return print(help_of(verb));
  return verb.run(*arguments);
}

std::string help_of(const Verb& verb) { return verb_help_text(verb, options_of(verb)); }

std::expected<bool, std::string> json_asked(const VerbArguments& arguments) {
  const std::string format = arguments.value("format");
  if (format == "json") return true;
  if (format.empty() || format == "text") return false;
  return std::unexpected(cannot_read("format", format, "text or json"));
}

std::string verbs_listing() {
  std::string text;
  for (const Verb* verb : kVerbs) {
    for (const VerbOption& option : options_of(*verb)) {
      const std::string letter = option.letter == 0 ? "" : std::string(1, option.letter);
      text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", verb->name, option.name, letter,
                          option.metavar.empty() ? "flag" : "value", option.metavar, option.suggestions,
                          option.repeatable ? "again" : "once", option.help, verb->operands, verb->summary);
    }
  }
  return text;
}

}  // namespace oversee::cli
