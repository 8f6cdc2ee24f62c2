// The verbs: what oversee does if its first argument is a verb's name. Each verb has its own file and is registered in
// verbs.cpp.
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
  std::string_view help;              // one sentence without a full stop
  std::string_view suggestions = {};  // values that completions offer, separated by '|'
  bool repeatable = false;            // every value counts; else only the last
};

// A verb's parsed arguments.
class VerbArguments {
 public:
  bool has(std::string_view option) const { return values_.contains(option); }
  // The last value given; empty if none was.
  std::string value(std::string_view option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::string() : found->second.back();
  }
  // All values, in order.
  std::vector<std::string> values(std::string_view option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::vector<std::string>() : found->second;
  }
  void add(std::string_view option, std::string value) { values_[option].push_back(std::move(value)); }

  std::vector<std::string> operands;

 private:
  std::map<std::string_view, std::vector<std::string>> values_;  // keys point into the table; no list is empty
};

inline constexpr std::size_t kAnyNumber = SIZE_MAX;  // of operands, but at least one unless in brackets

struct Verb {
  std::string_view name;
  std::string_view operands;  // as usage shows them
  std::size_t operand_count;  // the maximum; also the minimum unless the operands are in brackets
  std::string_view summary;   // one line
  std::span<const VerbOption> options;
  int (*run)(const VerbArguments& arguments);  // returns the exit status
};

// The verbs, each in its own source VERB_verb.cpp.
extern const Verb kCancelVerb;
extern const Verb kCheckVerb;
extern const Verb kCleanVerb;
extern const Verb kHelpVerb;
extern const Verb kListVerb;
extern const Verb kLogsVerb;
extern const Verb kProfilesVerb;
extern const Verb kServeVerb;
extern const Verb kShowVerb;
extern const Verb kStatsVerb;
extern const Verb kWaitVerb;

std::span<const Verb* const> verbs();

// Null if the word is not a verb.
const Verb* find_verb(std::string_view word);

// The text of oversee VERB --help.
std::string help_of(const Verb& verb);

// Parses the arguments, which start with the verb's name, and runs the verb. Errors are reported on stderr.
int run_verb(const Verb& verb, std::span<char*> words);

// Parses the arguments after the verb's name; the error is a sentence.
std::expected<VerbArguments, std::string> parse_verb_arguments(const Verb& verb, std::vector<std::string> words);

// The first argument that requests the listing.
inline constexpr const char* kListVerbs = "@verbs";

// Whether --format requests JSON, for verbs with that option; the error is a sentence.
std::expected<bool, std::string> json_asked(const VerbArguments& arguments);

// Lists one option per line, with tab-separated fields: verb, name, letter, flag or value, metavar, suggestions, again
// or once, help, and the verb's operands and summary. For the completions and tests, like @settings.
std::string verbs_listing();

}  // namespace oversee::cli
