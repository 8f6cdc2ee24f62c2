// Tracks a program's changes to the terminal's state, and makes the sequences that undo them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace oversee::model {

// Follows control sequences (ECMA-48, xterm's ctlseqs, kitty's keyboard protocol): the alternate screen, a hidden
// cursor, bracketed paste, mouse and focus reports, keypad and cursor keys, wrapping, colours, the alternate character
// set, a scroll region. Ignores tabs, titles and palette colours, which break nothing.
class ScreenState {
 public:
  // Reads the program's output, in chunks split at any byte. Returns whether the state may have changed.
  bool feed(std::string_view bytes);

  // The sequences that undo all changes; empty if there are none. Leaving the alternate screen restores its saved
  // cursor; otherwise the cursor does not move.
  std::string undo() const;

  // Call after writing undo().
  void reset() { *this = ScreenState(); }

 private:
  enum class State : std::uint8_t { text, escape, sequence, designation };

  void step(char c);
  void step_escape(char c);
  void finish_sequence(char final);
  void set_modes(std::string_view numbers, bool on);
  void set_keys(std::string_view numbers, char what, char final);

  State state_ = State::text;
  std::string sequence_;   // parameters and intermediate bytes so far
  char designates_ = 0;    // G0 to G3, while its character set is read
  std::set<int> changed_;  // private modes that differ from their defaults
  int keyboards_ = 0;      // kitty's: pushed minus popped
  bool keypad_ = false;
  bool modified_keys_ = false;  // xterm's modifyOtherKeys
  bool coloured_ = false;
  bool line_drawing_ = false;
  bool shifted_out_ = false;
  bool region_ = false;
};

// Undoes all common changes when the actual ones are unknown. Without changes it is invisible and keeps the cursor.
std::string undo_of_unknown();

}  // namespace oversee::model
