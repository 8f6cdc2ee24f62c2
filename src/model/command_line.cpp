// Quotes command lines for a shell.
#include "model/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/safe_text.hpp"

namespace oversee::model {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:=@%+,").find(c) != std::string_view::npos;
}

// Words that shells parse as keywords in command position (POSIX.1-2024, XCU 2.4; "coproc" is bash's).
constexpr std::array<std::string_view, 17> kReserved{"case",   "coproc", "do",   "done",     "elif", "else",
                                                     "esac",   "fi",     "for",  "function", "if",   "in",
                                                     "select", "then",   "time", "until",    "while"};

// Whether a shell would read the plain word as more than a string: a keyword, an assignment, a bash job, zsh's
// =PROGRAM.
bool means_more(std::string_view word, bool is_command) {
  if (word.starts_with('=')) return true;
  return is_command && (word.find('=') != std::string_view::npos || word.starts_with('%') ||
                        std::ranges::find(kReserved, word) != kReserved.end());
}

void append_escaped(std::string& line, std::string_view word) {
  line += "$'";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (c == '\'' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      line += fmt::format("\\{:03o}", byte);  // not \x1b: ksh would also read the hexadecimal digits that follow
    } else {
      line += c;
    }
  }
  line += '\'';
}

void append_quoted(std::string& line, std::string_view word) {
  const bool is_command = line.empty();
  if (!word.empty() && std::ranges::all_of(word, is_plain) && !means_more(word, is_command)) {
    line += word;
  } else if (!is_harmless(word)) {
    append_escaped(line, word);
  } else {
    line += '\'';
    for (const char c : word) {
      if (c == '\'') {
        line += "'\\''";
      } else {
        line += c;
      }
    }
    line += '\'';
  }
}

}  // namespace

std::string quote_command(std::span<const std::string> words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    append_quoted(line, word);
  }
  return line;
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

}  // namespace oversee::model
