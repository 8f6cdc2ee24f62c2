// Writes oversee's own words.
#include "cli/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "model/outcome.hpp"
#include "model/safe_text.hpp"
#include "os/descriptor.hpp"
#include "os/terminal.hpp"
#include "report/columns.hpp"
#include "report/tint.hpp"

namespace oversee::cli {

namespace {

bool status_shown = false;

void say_tinted(const std::string& line, report::Tint tint) {
  print_error_lines(colours_on_stderr() ? report::tinted(line, tint) : line);
}

}  // namespace

// A path or a value that is quoted in a message must neither move the cursor nor forge a line.
void say(std::string_view text) { print_error_lines(fmt::format("oversee: {}\n", model::harmless(text))); }

void warn(std::string_view text) {
  say_tinted(fmt::format("oversee: warning: {}\n", model::harmless(text)), report::Tint::warning);
}

void say_error(std::string_view text) {
  say_tinted(fmt::format("oversee: {}\n", model::harmless(text)), report::Tint::bad);
}

bool colours_on_stderr() {
  const auto value = [](const char* name) {
    const char* text = std::getenv(name);
    return std::string_view(text == nullptr ? "" : text);
  };
  if (!value("NO_COLOR").empty()) return false;
  const std::string_view force = value("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  const std::string_view terminal = value("TERM");
  return value("CLICOLOR") != "0" && !terminal.empty() && terminal != "dumb" && ::isatty(STDERR_FILENO) != 0;
}

void print_error_lines(std::string_view lines) {
  wipe_status();
  // A line of this size fits where there is room at all, so that the write does not wait (pipe(7)).
  if (!os::wait_writable(STDERR_FILENO, std::chrono::seconds(1))) return;
  (void)os::write_fully(STDERR_FILENO, for_stderr(lines));
}

// With --pty the command's terminal ends its lines by itself, and the user's adds nothing.
std::string for_stderr(std::string_view lines) {
  if (!os::needs_carriage_returns(STDERR_FILENO)) return std::string(lines);
  std::string text;
  for (const char c : lines) {
    if (c == '\n') text += '\r';
    text += c;
  }
  return text;
}

void show_status(std::string_view line) {
  if (!os::wait_writable(STDERR_FILENO, std::chrono::seconds(0))) return;
  // Back to the first column, the text, and what is left of the line before cleared (ECMA-48: CR, EL).
  (void)os::write_fully(STDERR_FILENO, fmt::format("\r{}\x1b[K", line));
  status_shown = true;
}

void wipe_status() {
  if (!status_shown || !os::wait_writable(STDERR_FILENO, std::chrono::seconds(0))) return;
  (void)os::write_fully(STDERR_FILENO, "\r\x1b[K");
  status_shown = false;
}

std::size_t stdout_width() {
  return ::isatty(STDOUT_FILENO) != 0 ? os::terminal_columns(STDOUT_FILENO) : report::kAnyWidth;
}

int print(std::string_view text) {
  if (os::write_patiently(STDOUT_FILENO, text) || errno == EPIPE) return EXIT_SUCCESS;
  say_error(fmt::format("cannot write to stdout: {}", std::strerror(errno)));
  return model::kExitOwnFailure;
}

}  // namespace oversee::cli
