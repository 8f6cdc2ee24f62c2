// The verbs: what oversee does where its very first word is the name of one. Each is a file of its own and one line
// here.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::cli {

struct VerbOption {
  std::string_view name;              // without its dashes
  char letter;                        // 0: none
  std::string_view metavar;           // empty: it takes no value
  std::string_view help;              // one sentence without its full stop
  std::string_view suggestions = {};  // what completions offer as its value, separated by '|'
  bool repeatable = false;            // each time adds; else the last value counts
};

// The words behind a verb's name, by its options.
class VerbArguments {
 public:
  bool has(std::string_view option) const { return values_.contains(option); }
  // The last value that was given; empty where none was.
  std::string value(std::string_view option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::string() : found->second.back();
  }
  // All of them, in their order.
  std::vector<std::string> values(std::string_view option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::vector<std::string>() : found->second;
  }
  void add(std::string_view option, std::string value) { values_[option].push_back(std::move(value)); }

  std::vector<std::string> operands;

 private:
  std::map<std::string_view, std::vector<std::string>> values_;  // the keys are the table's own texts; none is empty
};

inline constexpr std::size_t kAnyNumber = SIZE_MAX;  // of operands, but at least one where they are not in brackets

struct Verb {
  std::string_view name;
  std::string_view operands;  // as usage shows them
  std::size_t operand_count;  // so many at the most, and exactly so many where they are not in brackets
  std::string_view summary;   // one line
  std::span<const VerbOption> options;
  int (*run)(const VerbArguments& arguments);  // returns what oversee exits with
};

std::span<const Verb* const> verbs();

// Null where the word is no verb.
const Verb* find_verb(std::string_view word);

// What oversee VERB --help prints.
std::string help_of(const Verb& verb);

// Reads the words, the verb's name first, and does as they say. What is wrong with them is said on stderr.
int run_verb(const Verb& verb, std::span<char*> words);

// The words behind the verb's name; what is wrong with them as a sentence.
std::expected<VerbArguments, std::string> parse_verb_arguments(const Verb& verb, std::vector<std::string> words);

// The first argument that asks for the listing below.
inline constexpr const char* kListVerbs = "@verbs";

// Whether --format asks for JSON, where the verb has that option; what is wrong with its value as a sentence.
std::expected<bool, std::string> json_asked(const VerbArguments& arguments);

// One line an option, fields separated by tabs: verb, name, letter, flag or value, metavar, suggestions, again or once,
// help, and of the verb the same on each of its lines: operands, summary. For the completions and the tests, as
// @settings is.
std::string verbs_listing();

}  // namespace oversee::cli
