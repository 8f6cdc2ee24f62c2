// Removes whole terminal escape sequences from text, so that the rest cannot move the cursor or set a title.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oversee::model {

// Recognizes sequences by ECMA-48 and xterm's ctlseqs: CSI; OSC up to BEL or ST; DCS, APC, PM, SOS up to ST; all others
// from ESC to their final byte; and the 8-bit controls in UTF-8 (U+0080 to U+009F). Keeps all other bytes, including
// other control characters, even inside sequences, where a terminal acts on them.
//
// A newline ends every sequence: an unfinished one removes at most the rest of its line.
class EscapeStripper {
 public:
  // Appends the bytes that remain. A sequence may be split at any byte and continue in the next call.
  void strip(std::string_view bytes, std::string& out);

  // Appends the buffered first bytes of a control; call it at the end of the text.
  void release(std::string& out);

 private:
  enum class State : std::uint8_t {
    text,
    escape,      // after ESC and any intermediate bytes
    parameters,  // in a CSI
    title,       // in an OSC, which BEL ends too
    string,      // in a DCS, APC, PM or SOS
  };

  void step(char c, std::string& out);
  void step_escape(char c);
  void step_string(char c);
  void keep(char c, std::string& out);

  State state_ = State::text;
  std::size_t held_ = 0;  // number of buffered first bytes of a possible C1 control
  bool first_ = false;    // escape: no byte has followed ESC yet
  bool lead_ = false;     // title, string: the previous byte was kControlLead
};

}  // namespace oversee::model
