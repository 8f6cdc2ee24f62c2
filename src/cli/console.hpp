// oversee's own words on stderr.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oversee::cli {

// Whether what we say on stderr is to have colours: at a terminal that knows them, or where CLICOLOR_FORCE asks for it;
// never where NO_COLOR is set (no-color.org, bixense.com/clicolors).
bool colours_on_stderr();

// "oversee: TEXT\n". Gives up after a moment where nobody reads stderr.
void say(std::string_view text);
void warn(std::string_view text);
// The same for what ends a call before it began.
void say_error(std::string_view text);

// Whole lines, as they are.
void print_error_lines(std::string_view lines);

// Lines as the terminal behind stderr wants them just now; unchanged where there is none.
std::string for_stderr(std::string_view lines);

// A line that stands below all others on the terminal behind stderr, drawn over each time and wiped before anything
// else is printed here. It is not drawn while the terminal does not take it at once.
void show_status(std::string_view line);
void wipe_status();

// How wide what is printed on stdout may be: report::kAnyWidth where that is no terminal.
std::size_t stdout_width();

// What was asked for, on stdout. Returns what oversee exits with: that a text did not get through is said on stderr,
// and is no success, but for a reader that has had enough of it.
int print(std::string_view text);

}  // namespace oversee::cli
