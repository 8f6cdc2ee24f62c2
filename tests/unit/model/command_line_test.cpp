// Tests quoted command lines: shells read back the same arguments, and no control character remains.
#include "model/command_line.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "model/safe_text.hpp"
#include "random_text.hpp"

namespace oversee::model {
namespace {

using Words = std::vector<std::string>;

struct ShellResult {
  int status = -1;  // from waitpid
  std::string out;
};

// Passes the line through the environment, so that only the quoting under test is in effect.
ShellResult run_in(const std::string& shell, const std::string& line) {
  REQUIRE(::setenv("OVERSEE_TEST_LINE", line.c_str(), 1) == 0);
  ShellResult result;
  std::FILE* pipe = ::popen(("exec " + shell + " -c \"$OVERSEE_TEST_LINE\" 2>/dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.out.append(buffer.data(), count);
  }
  result.status = ::pclose(pipe);
  ::unsetenv("OVERSEE_TEST_LINE");
  return result;
}

bool have(const std::string& shell) { return run_in(shell, "exit 0").status == 0; }

void check_round_trip(const std::string& shell, const Words& words) {
  Words command{"printf", "%s\\0"};
  command.insert(command.end(), words.begin(), words.end());
  const std::string line = quote_command(command);
  CAPTURE(line);
  REQUIRE(is_harmless(line));
  const ShellResult result = run_in(shell, line);
  REQUIRE(WIFEXITED(result.status));
  REQUIRE(WEXITSTATUS(result.status) == 0);
  std::string expected;
  for (const std::string& word : words) (expected += word) += '\0';
  CHECK(result.out == expected);
}

std::string quoted(std::string_view word) { return quote_command(Words{"run", std::string(word)}).substr(4); }

// Half of the bytes are special to shells.
std::string any_word(Random& random, bool with_controls) {
  constexpr std::string_view kSpecial = "'\"\\$`!*?[]{}()<>|&;#~=%^ @+-,.:/_09azAF";
  constexpr std::string_view kControls = "\n\t\r\x1b\x01\x1f\x7f\b";
  constexpr std::array<std::string_view, 4> kLetters{"é", "→", "\xc2\xa0", "日"};
  std::string word;
  for (std::size_t left = below(random, 16); left > 0; --left) {
    switch (below(random, with_controls ? 5 : 4)) {
      case 0: word += static_cast<char>(1 + below(random, 255)); break;
      case 1: word += kLetters.at(below(random, kLetters.size())); break;
      case 4:
        word += below(random, 4) == 0 ? std::string_view("\xc2\x9b") : kControls.substr(below(random, 8), 1);
        break;
      default: word += kSpecial[below(random, kSpecial.size())]; break;
    }
  }
  return with_controls ? word : harmless(word);
}

TEST_CASE("command line: arguments are quoted only if needed") {
  struct Case {
    std::string_view word;
    std::string_view quoted;
  };
  constexpr std::array kCases{
      Case{"make", "make"},
      Case{"-j8", "-j8"},
      Case{"--flag=value", "--flag=value"},
      Case{"/usr/bin/cc", "/usr/bin/cc"},
      Case{"user@host:22", "user@host:22"},
      Case{"a,b+c%d_e.f", "a,b+c%d_e.f"},
      Case{"if", "if"},
      Case{"", "''"},
      Case{" ", "' '"},
      Case{"a b", "'a b'"},
      Case{"it's", "'it'\\''s'"},
      Case{"'", "''\\'''"},
      Case{"$HOME", "'$HOME'"},
      Case{"`id`", "'`id`'"},
      Case{"a\\b", "'a\\b'"},
      Case{"say \"hi\"", "'say \"hi\"'"},
      Case{"*", "'*'"},
      Case{"~", "'~'"},
      Case{"#", "'#'"},
      Case{"!", "'!'"},
      Case{"{a,b}", "'{a,b}'"},
      Case{"a;b", "'a;b'"},
      Case{"=ls", "'=ls'"},  // zsh would search the program ls
      Case{"é", "'é'"},
      Case{"\xff", "$'\\377'"},
      Case{"a\nb", "$'a\\nb'"},
      Case{"\t", "$'\\t'"},
      Case{"\r", "$'\\015'"},
      Case{"\x1b[31m", "$'\\033[31m'"},
      Case{"\x1b\x61", "$'\\033a'"},
      Case{"\x01\x31", "$'\\0011'"},
      Case{"\x7f", "$'\\177'"},
      Case{"'\\\n", "$'\\'\\\\\\n'"},
      Case{"\xc2\x9b", "$'\\302\\233'"},  // CSI, a C1 control
      Case{"\xc2\xa0", "'\xc2\xa0'"},
      Case{"\xc2_", "$'\\302_'"},
      Case{"é\n", "$'\\303\\251\\n'"},
  };
  for (const Case& c : kCases) {
    CHECK(quoted(c.word) == c.quoted);
  }
}

TEST_CASE("command line: arguments are separated by one space") {
  CHECK(quote_command({}).empty());
  CHECK(quote_command(Words{"make", "-j8", "test"}) == "make -j8 test");
  CHECK(quote_command(Words{"", ""}) == "'' ''");
  CHECK(quote_command(Words{"sh", "-c", "echo $1 | wc"}) == "sh -c 'echo $1 | wc'");
}

TEST_CASE("command line: a command's name is never parsed as shell grammar") {
  for (const std::string name :
       {"if", "for", "while", "case", "then", "fi", "done", "time", "function", "A=b", "=ls", "a+=b", "%1"}) {
    CAPTURE(name);
    CHECK(quote_command(Words{name, "x"}) == "'" + name + "' x");
  }
  for (const std::string name : {"ifconfig", "timeout", "do-it", "./if", "a%b", "[", "!"}) {
    CAPTURE(name);
    const std::string line = quote_command(Words{name, "x"});
    CHECK((line == name + " x" || line == "'" + name + "' x"));
  }
  // The shell searches for programs of these names and finds none.
  constexpr int kNotFound = 127;
  for (const char* name : {"if", "done", "A=b"}) {
    CAPTURE(name);
    const int plain = run_in("/bin/sh", name).status;  // control: unquoted, they have another meaning
    CHECK_FALSE((WIFEXITED(plain) && WEXITSTATUS(plain) == kNotFound));
    const int status = run_in("/bin/sh", quote_command(Words{name})).status;
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == kNotFound);
  }
}

TEST_CASE("command line: a POSIX shell reads back the arguments") {
  check_round_trip("/bin/sh", {"",     " ", "a b", "it's", "''", "\"",  "\\", "\\\\", "\\n",     "$HOME", "$(id)",
                               "`id`", "*", "~",   "#",    "!",  "!!",  "-n", "--",   "%s",      "a=b",   "{a,b}",
                               "&&",   ";", "|",   ">x",   "<x", "[a]", "é",  "日本", "\xc2\xa0"});
  Random random(20261123);
  for (int run = 0; run < 9; ++run) {
    Words words;
    for (int i = 0; i < 200; ++i) words.push_back(any_word(random, false));
    check_round_trip("/bin/sh", words);
  }
}

// Not every /bin/sh knows $'...' yet. Uses zsh and ksh if installed; ksh is the strictest: it reads \x1ba as one
// character.
TEST_CASE("command line: shells that know $'...' read back arguments with control characters") {
  Words every_byte;
  for (int byte = 1; byte < 256; ++byte) {
    for (const std::string_view next : {"", "0", "7", "a", "F", "\\", "'", "\n"}) {
      every_byte.push_back(static_cast<char>(byte) + std::string(next));
    }
  }
  int shells = 0;
  for (const std::string shell : {"bash", "zsh", "ksh"}) {
    if (!have(shell)) continue;
    ++shells;
    CAPTURE(shell);
    check_round_trip(shell, every_byte);
    Random random(7);
    for (int run = 0; run < 3; ++run) {
      Words words;
      for (int i = 0; i < 200; ++i) words.push_back(any_word(random, true));
      check_round_trip(shell, words);
    }
  }
  if (shells == 0) MESSAGE("none of bash, zsh and ksh is here: nothing read the lines back");
}

TEST_CASE("command line: the result never has control characters") {
  Random random(99);
  for (int i = 0; i < 20'000; ++i) {
    Words words(1 + below(random, 3));
    for (std::string& word : words) {
      word = any_word(random, true);
      for (std::size_t left = below(random, 4); left > 0; --left) word += static_cast<char>(below(random, 256));
    }
    const std::string line = quote_command(words);
    CAPTURE(line);
    REQUIRE(is_harmless(line));
    REQUIRE_FALSE(line.empty());
  }
}

TEST_CASE("command line: a base name is the part after the last slash") {
  struct Case {
    std::string_view path;
    std::string_view name;
  };
  constexpr std::array kCases{
      Case{"make", "make"},
      Case{"/usr/bin/make", "make"},
      Case{"./run.sh", "run.sh"},
      Case{"a/b/c", "c"},
      Case{"/make", "make"},
      Case{"a//b", "b"},
      Case{"", ""},
      // No text follows the last slash: the whole path is better than an empty name.
      Case{"/", "/"},
      Case{"dir/", "dir/"},
  };
  for (const Case& c : kCases) CHECK(base_name(c.path) == c.name);
}

}  // namespace
}  // namespace oversee::model
