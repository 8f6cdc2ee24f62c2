// Parses options with CLI11. Only this source includes it, because it compiles as slowly as ten others.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::cli {

struct Option {
  std::string_view name;  // without its dashes
  char letter = 0;        // 0: none
  bool takes_value = false;
  // Called after parsing: once with an empty string for a flag, else once per value, in order.
  std::function<void(const std::string& value)> found;
};

enum class Order : std::uint8_t {
  options_first,  // the first unknown argument ends them
  any             // options and operands may be mixed
};

struct OtherWords {
  std::vector<std::string> operands;  // with Order::any
  std::vector<std::string> rest;      // unchanged; with Order::any only "--" and unknown options, else everything
};

// Returns why the argument cannot be the option's value; empty if it can. An argument that starts with a dash is
// probably an option after a forgotten value, except "-" and negative numbers.
std::string refuse_next_word(std::string_view option, std::string_view metavar, std::string_view word);

// The error is a sentence from CLI11.
std::expected<OtherWords, std::string> read_options(std::span<const Option> options, Order order,
                                                    std::vector<std::string> words);

}  // namespace oversee::cli
