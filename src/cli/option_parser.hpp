// Reads options out of words by CLI11, which this one source includes: it costs the build as much as ten others.
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
  // Called when all words are read: for a flag once, and with an empty text; else for each value, as they stood.
  std::function<void(const std::string& value)> found;
};

enum class Order : std::uint8_t {
  options_first,  // the first word that is no option known ends them
  any             // options may stand among the operands
};

struct OtherWords {
  std::vector<std::string> operands;  // with Order::any
  std::vector<std::string> rest;      // untouched: with Order::any "--" and what looks like an option, else all
};

// What is wrong with the word behind an option that takes a value; empty: nothing. One that starts with a dash was
// meant for an option, and the value forgotten; numbers may be less than 0, and "-" is a word like any other.
std::string refuse_next_word(std::string_view option, std::string_view metavar, std::string_view word);

// What is wrong with the words as a sentence of CLI11's.
std::expected<OtherWords, std::string> read_options(std::span<const Option> options, Order order,
                                                    std::vector<std::string> words);

}  // namespace oversee::cli
