// What a program has changed of a terminal by what it wrote there, and what is to be written to undo it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace oversee::model {

// Modes by their control sequences (ECMA-48, xterm's ctlseqs, kitty's keyboard protocol): the alternate screen, a
// hidden cursor, bracketed paste, mouse and focus reports, keypad and cursor keys, wrapping, colours, the other
// character set, a scroll region. Tabs, titles and colours of the palette are left alone: nothing breaks by them.
class ScreenState {
 public:
  // The program's output, in chunks that may be cut anywhere. Returns whether anything may have changed.
  bool feed(std::string_view bytes);

  // What undoes the changes; empty where there are none. The cursor stays where it is, or goes back to where it was
  // when the alternate screen was entered.
  std::string undo() const;

  // Whatever it was, it has been undone.
  void reset() { *this = ScreenState(); }

 private:
  enum class State : std::uint8_t { text, escape, sequence, designation };

  void step(char c);
  void step_escape(char c);
  void finish_sequence(char final);
  void set_modes(std::string_view numbers, bool on);
  void set_keys(std::string_view numbers, char what, char final);

  State state_ = State::text;
  std::string sequence_;   // its parameters and intermediate bytes, so far
  char designates_ = 0;    // G0 to G3, while its character set is named
  std::set<int> changed_;  // private modes that are not as they are by default
  int keyboards_ = 0;      // kitty's, pushed and not popped
  bool keypad_ = false;
  bool modified_keys_ = false;  // xterm's modifyOtherKeys
  bool coloured_ = false;
  bool line_drawing_ = false;
  bool shifted_out_ = false;
  bool region_ = false;
};

// What undoes all of the usual changes where it is not known which there were. Where there were none, nothing is seen
// of it, and the cursor stays.
std::string undo_of_unknown();

}  // namespace oversee::model
