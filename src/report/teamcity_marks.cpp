// Markers for TeamCity: service messages (https://www.jetbrains.com/help/teamcity/service-messages.html). TeamCity
// documents that it reads them from standard output.
#include <fmt/format.h>

#include "model/utf8.hpp"
#include "report/ci_format.hpp"

namespace oversee::report {
namespace {

// Limits for a problem: "description ... up to 4000 symbols", "identity ... up to 60 characters", a Java identifier.
constexpr std::size_t kLongestDescription = 4000;
constexpr std::size_t kLongestIdentity = 60;

std::string teamcity_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\n': result += "|n"; break;
      case '\r': result += "|r"; break;
      case '|':
      case '\'':
      case '[':
      case ']':
        result += '|';
        result += c;
        break;
      default: result += c;
    }
  }
  return result;
}

std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  text = text.substr(0, most);
  return text.substr(0, text.size() - model::unfinished_tail(text));
}

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string begin_teamcity_section(const CiSection& section) {
  return fmt::format("##teamcity[blockOpened name='{}']\n", teamcity_escaped(section.title));
}

std::string end_teamcity_section(const CiSection& section) {
  return fmt::format("##teamcity[blockClosed name='{}']\n", teamcity_escaped(section.title));
}

std::string teamcity_problem(const CiProblem& problem) {
  const std::string text = problem.title + '\n' + problem.text;
  if (!problem.is_error) return fmt::format("##teamcity[message text='{}' status='WARNING']\n", teamcity_escaped(text));
  std::string identity = "oversee_" + problem.name;
  for (char& c : identity) {
    if (!is_letter_or_digit(c)) c = '_';
  }
  return fmt::format("##teamcity[buildProblem description='{}' identity='{}']\n",
                     teamcity_escaped(cut(text, kLongestDescription)), identity.substr(0, kLongestIdentity));
}

}  // namespace

const CiFormat kTeamcityMarks{begin_teamcity_section, end_teamcity_section, teamcity_problem, true};

}  // namespace oversee::report
