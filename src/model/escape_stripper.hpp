// Takes terminal escape sequences out of text, whole, so that what is left cannot move a cursor or set a title.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oversee::model {

// Sequences by ECMA-48 and xterm's ctlseqs: CSI; OSC up to BEL or ST; DCS, APC, PM, SOS up to ST; all others from ESC
// to their final byte; and the 8-bit controls as UTF-8 writes them (U+0080 to U+009F). All other bytes are kept, other
// control characters too, inside of sequences as well, where a terminal acts on them.
//
// A newline ends every sequence: one that was never finished takes its line along and no more.
class EscapeStripper {
 public:
  // Appends what is left of the bytes. A sequence may be cut anywhere and goes on with the next call.
  void strip(std::string_view bytes, std::string& out);

  // Appends what was held back for what would follow it; to be called where nothing does.
  void release(std::string& out);

 private:
  enum class State : std::uint8_t {
    text,
    escape,      // after ESC and any intermediate bytes
    parameters,  // in a CSI
    title,       // in an OSC, which BEL ends, too
    string,      // in a DCS, APC, PM or SOS
  };

  void step(char c, std::string& out);
  void step_escape(char c);
  void step_string(char c);
  void keep(char c, std::string& out);

  State state_ = State::text;
  std::size_t held_ = 0;  // so many bytes are to be kept that may be the first of a control as UTF-8 has it
  bool first_ = false;    // escape: nothing has followed ESC yet
  bool lead_ = false;     // title, string: the byte before was such a first byte
};

}  // namespace oversee::model
