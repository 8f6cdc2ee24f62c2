// Tests that exactly the changes of a program to the terminal are undone.
#include "model/screen_state.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oversee::model {
namespace {

std::string undo_of(std::string_view output, std::size_t piece = 1000) {
  ScreenState state;
  for (; !output.empty(); output.remove_prefix(std::min(piece, output.size()))) state.feed(output.substr(0, piece));
  return state.undo();
}

TEST_CASE("screen state: each mode is undone while it is set") {
  struct Case {
    std::string set, cleared, undo;
  };
  const Case cases[] = {
      {"\x1b[?1049h", "\x1b[?1049l", "\x1b[?1049l"},
      {"\x1b[?47h", "\x1b[?47l", "\x1b[?47l"},
      {"\x1b[?25l", "\x1b[?25h", "\x1b[?25h"},
      {"\x1b[?2004h", "\x1b[?2004l", "\x1b[?2004l"},
      {"\x1b[?1000;1006h", "\x1b[?1000l\x1b[?1006l", "\x1b[?1000l\x1b[?1006l"},
      {"\x1b[?1h\x1b=", "\x1b[?1l\x1b>", "\x1b[?1l\x1b>"},
      {"\x1b[?7l", "\x1b[?7h", "\x1b[?7h"},
      {"\x1b[31m", "\x1b[m", "\x1b[0m"},
      {"\x1b[0;1m", "\x1b[0m", "\x1b[0m"},
      {"\x1b(0", "\x1b(B", "\x1b(B"},
      {"\x0e", "\x0f", "\x0f"},
      {"\x1b[2;10r", "\x1b[r",
       "\x1b"
       "7\x1b[r\x1b"
       "8"},
      {"\x1b[>1u\x1b[>5u", "\x1b[<9u", "\x1b[<2u"},
      {"\x1b[>4;2m", "\x1b[>4m", "\x1b[>4m"},
      {"\x1b[?1004h", "\x1b[?1004l", "\x1b[?1004l"},
      {"\x1b[?2026h", "\x1b[?2026l", "\x1b[?2026l"},
  };
  for (const auto& [set, cleared, undo] : cases) {
    CAPTURE(undo);
    CHECK(undo_of("text " + set + " text") == undo);
    CHECK(undo_of(set, 1) == undo);
    CHECK(undo_of(set + set + cleared).empty());
    CHECK(undo_of(set + "\x1b"
                        "c")
              .empty());
  }
}

TEST_CASE("screen state: the alternate screen is left last, and then the cursor is shown") {
  const std::string output = "\x1b[?1049h\x1b[?25l\x1b[1mx\x1b[?1002h\x1b=";
  CHECK(undo_of(output) == "\x1b[?1002l\x1b>\x1b[0m\x1b[?1049l\x1b[?25h");
}

TEST_CASE("screen state: output without mode changes needs no undo") {
  for (const char* output : {"plain text\r\n", "\x1b[2J\x1b[H", "\x1b]0;title\a", "\x1b[?12h", "\x1b[?9999h", "\x1b[6n",
                             "\x1b[31mred\x1b[0m", "\x1b", "\x1b[", "\x1b[?1049", "\x1b)0", "\x1b[4h"}) {
    CAPTURE(output);
    CHECK(undo_of(output).empty());
  }
  CHECK(undo_of("\x1b[" + std::string(100'000, '1') + "m").empty());
  CHECK_FALSE(ScreenState().feed("plain\n"));
}

TEST_CASE("screen state: with unknown changes, the common ones are undone and the cursor stays") {
  ScreenState state;
  state.feed("\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1000h\x1b[?1h\x1b=\x1b[?7l\x1b[2;3r\x1b[31m");
  state.feed(undo_of_unknown());
  CHECK(state.undo().empty());
  // Enters the alternate screen before leaving it: leaving alone would move the cursor.
  CHECK(undo_of_unknown().find("\x1b[?1049h\x1b[?1049l") != std::string::npos);
}

}  // namespace
}  // namespace oversee::model
