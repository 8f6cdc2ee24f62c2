// Recognizes error lines.
#include "report/error_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "model/ascii.hpp"

namespace oversee::report {
namespace {

using Text = std::string_view;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_name(char c) { return is_letter(c) || model::is_digit(c) || c == '_'; }

Text trimmed(Text text) {
  const std::size_t start = text.find_first_not_of(" \t");
  if (start == Text::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r") + 1 - start);
}

bool starts_with_any(Text line, std::span<const Text> beginnings) {
  return std::ranges::any_of(beginnings, [&](Text each) { return line.starts_with(each); });
}

// Phrases that mean an error anywhere in a line.
constexpr std::array<Text, 26> kAnywhere{"undefined reference to",
                                         "undefined symbol",
                                         "No such file or directory",
                                         "Permission denied",
                                         "command not found",
                                         "Segmentation fault",
                                         "segmentation fault",
                                         "core dumped",
                                         "Bus error",
                                         "Illegal instruction",
                                         "ssertion failed",
                                         "AssertionError",
                                         "terminate called after throwing",
                                         "stack smashing detected",
                                         "AddressSanitizer",
                                         "runtime error:",
                                         "panicked at",
                                         "Exception in thread",
                                         "Unhandled exception",
                                         "Uncaught ",
                                         "ut of memory",
                                         "No space left on device",
                                         "Connection refused",
                                         "BUILD FAILURE",
                                         "Traceback (most recent call last)",
                                         "cannot find -l"};

constexpr std::array<Text, 5> kAtStart{"not ok ", "E   ", "--- FAIL", "make: *** ", "CMake Error"};

// Beginnings of lines that report a pass, echo a command, or draw a border.
constexpr std::array<Text, 9> kPassing{"ok ",          "PASS",         "--- PASS", "[       OK", "[  PASSED",
                                       "\xe2\x9c\x93", "\xe2\x9c\x94", "+ ",       "warning:"};
constexpr std::array<Text, 4> kPassed{" ok", " PASSED", " OK", " passed"};

// "0 FAILED", "no error:"
bool counted_as_none(Text before) {
  before = trimmed(before);
  if (before.ends_with("no") || before.ends_with("No"))
    return before.size() == 2 || !is_name(before[before.size() - 3]);
  return before.ends_with('0') && (before.size() == 1 || !is_name(before[before.size() - 2]));
}

// "error: 0", "FAILED: none"
bool tells_of_none(Text after) {
  while (!after.empty() && (after.front() == ':' || after.front() == '=' || after.front() == ' '))
    after.remove_prefix(1);
  for (const Text none : {"0", "none", "None", "null", "nil", "false"}) {
    if (after.starts_with(none) && (after.size() == none.size() || !is_name(after[none.size()]))) return true;
  }
  return false;
}

// Whether the text after the word "error" looks like a compiler's: ':', "[E0308]:", " TS2304:", " C2065:".
bool ends_as_error(Text after) {
  if (after.starts_with(':')) return true;
  if (after.starts_with('[')) return after.find("]:") != Text::npos;
  if (!after.starts_with(' ')) return false;
  std::size_t end = 1;
  while (end < after.size() && is_letter(after[end])) ++end;
  const std::size_t digits = end;
  while (end < after.size() && model::is_digit(after[end])) ++end;
  return digits > 1 && end > digits && end < after.size() && after[end] == ':';
}

enum class Before : std::uint8_t {
  anything,    // also matches "TypeError:"
  word_start,  // does not match "nonfatal:"
};

// Whether the word occurs in the line as an error, judged by the text around it.
bool stands(Text line, Text word, Before before, bool (*after_it)(Text)) {
  for (std::size_t at = line.find(word); at != Text::npos; at = line.find(word, at + 1)) {
    const Text head = line.substr(0, at);
    const Text tail = line.substr(at + word.size());
    const char last = head.empty() ? ' ' : head.back();
    if (before == Before::word_start && (is_name(last) || last == '-' || last == '$' || last == '.')) continue;
    if (before == Before::anything && (last == '_' || head.ends_with("-W"))) continue;
    if (!after_it(tail) || counted_as_none(head) || tells_of_none(tail)) continue;
    if (head.find("warning:") != Text::npos || head.find("note:") != Text::npos) continue;
    return true;
  }
  return false;
}

bool ends_word(Text after) {
  return after.empty() || (!is_name(after.front()) && after.front() != '=' && after.front() != '-' &&
                           after.front() != '.' && after.front() != '/' && after.front() != '(');
}
bool ends_in_colon(Text after) { return after.starts_with(':'); }
bool ends_fatal(Text after) { return after.starts_with(':') || after.starts_with(" error"); }

// assert(3) writes "PROGRAM: FILE:LINE: FUNCTION: Assertion `X' failed."
bool is_assertion(Text line) {
  const std::size_t at = line.find("Assertion ");
  return at != Text::npos && line.find(" failed", at) != Text::npos;
}

bool is_traceback(Text line) { return line.find("Traceback (most recent call last)") != Text::npos; }

// "ValueError: no such thing" or "requests.exceptions.Timeout", but not the indented lines before it.
bool is_exception(Text line) {
  const Text name = line.substr(0, line.find(':'));
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_name(c) || c == '.'; });
}

}  // namespace

bool looks_like_error(std::string_view raw) {
  const Text line = trimmed(raw);
  if (line.empty() || starts_with_any(line, kPassing)) return false;
  if (std::ranges::any_of(kPassed, [&](Text each) { return line.ends_with(each); })) return false;
  if (starts_with_any(line, kAtStart)) {
    return line.find("# TODO") == Text::npos && line.find("# SKIP") == Text::npos &&
           line.find("(ignored)") == Text::npos;
  }
  if (std::ranges::any_of(kAnywhere, [&](Text each) { return line.find(each) != Text::npos; })) return true;
  return is_assertion(line) || stands(line, "error", Before::anything, ends_as_error) ||
         stands(line, "Error", Before::anything, ends_as_error) ||
         stands(line, "ERROR", Before::word_start, ends_word) ||
         stands(line, "FAILED", Before::word_start, ends_word) || stands(line, "FAIL", Before::word_start, ends_word) ||
         stands(line, "FATAL", Before::word_start, ends_word) ||
         stands(line, "fatal", Before::word_start, ends_fatal) ||
         stands(line, "Fatal", Before::word_start, ends_fatal) ||
         stands(line, "panic", Before::word_start, ends_in_colon) ||
         stands(line, "Exception", Before::anything, ends_in_colon);
}

std::optional<std::string_view> first_error(std::span<const std::string_view> lines) {
  const auto found = std::ranges::find_if(lines, looks_like_error);
  if (found == lines.end()) return {};
  if (!is_traceback(*found)) return *found;
  const auto end = std::find_if(found + 1, lines.end(), [](Text line) { return !line.empty() && line.front() != ' '; });
  return end != lines.end() && is_exception(*end) ? *end : *found;
}

}  // namespace oversee::report
