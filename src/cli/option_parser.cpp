// Registers options with CLI11 and passes on the parsed values.
#include "cli/option_parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/cli11.hpp"

namespace oversee::cli {
namespace {

void add(CLI::App& app, const Option& option) {
  const std::string names =
      option.letter == 0 ? fmt::format("--{}", option.name) : fmt::format("-{},--{}", option.letter, option.name);
  if (!option.takes_value) {
    app.add_flag_function(names, [&option](std::int64_t) { option.found({}); });
    return;
  }
  app.add_option_function<std::vector<std::string>>(names,
                                                    [&option](const std::vector<std::string>& values) {
                                                      for (const std::string& value : values) option.found(value);
                                                    })
      ->allow_extra_args(false)
      ->type_size(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

std::string refuse_next_word(std::string_view option, std::string_view metavar, std::string_view word) {
  if (word.size() < 2 || word[0] != '-' || (word[1] >= '0' && word[1] <= '9')) return {};
  return fmt::format(
      "--{0} needs a value: --{0} {1}; '{2}' starts with a dash as options do (write --{0}={2} where it is "
      "the value, ./{2} where it is a file)",
      option, metavar, word);
}

std::expected<OtherWords, std::string> read_options(std::span<const Option> options, Order order,
                                                    std::vector<std::string> words) {
  OtherWords others;
  CLI::App app;
  app.set_help_flag();
  for (const Option& option : options) add(app, option);
  if (order == Order::options_first) {
    app.prefix_command();
  } else {
    app.allow_extras();
    app.add_option("operands", others.operands);
  }
  try {
    std::ranges::reverse(words);
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return std::unexpected(error.what());
  }
  others.rest = app.remaining();
  return others;
}

}  // namespace oversee::cli
