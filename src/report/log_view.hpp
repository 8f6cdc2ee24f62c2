// Shows a tagged log: the whole log or one stream's bytes, with or without escape sequences, all lines or the last.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/escape_stripper.hpp"
#include "report/json_log_lines.hpp"
#include "report/log_reader.hpp"

namespace oversee::report {

// Removes escape sequences and replaces harmful characters by '?', except newline, carriage return and tab. A sequence
// or a character may be split at any byte and continue in the next call.
class PlainOutput {
 public:
  void strip(std::string_view bytes, std::string& out);
  // Appends the buffered bytes; call it at the end of the text.
  void release(std::string& out);

 private:
  void pass_on(std::size_t size, std::string& out);

  model::EscapeStripper stripper_;
  std::string text_;  // stripped text that may end in an incomplete character
};

struct LogChoice {
  bool out = false;  // show the command's bytes of this stream
  bool err = false;  // neither stream: the log itself
  bool plain = false;
  bool json = false;  // show lines as JSON
  bool raw = false;   // a raw log has no records and can only be shown whole

  bool whole_log() const { return !out && !err; }
};

// A part of a stream that is in a separate file; it belongs at the place of its note in the log.
struct SpilledPart {
  model::Stream stream;
  std::uint64_t offset;
  std::uint64_t bytes;
};

// Parses the note about such a part: the text of a "# spilled" line.
std::optional<SpilledPart> read_spilled_note(std::string_view text);

class LogView final : private LogVisitor {
 public:
  using Print = std::function<void(std::string_view bytes)>;
  // Passes on the available bytes of the part, in pieces.
  using ReadSpilled = std::function<void(const SpilledPart& part, const Print& take)>;

  LogView(LogChoice choice, Print print, ReadSpilled read_spilled);

  void read(std::string_view chunk);
  void finish();

  // The amount of output to skip at the start.
  struct Size {
    std::uint64_t lines = 0;  // newlines
    std::uint64_t bytes = 0;
  };
  void skip(Size size) { skip_ = size; }

  // A sentence about the bytes that the log omitted from the printed streams; empty if none are missing.
  std::optional<std::string> missing() const;

 private:
  struct Omitted {
    std::uint64_t bytes = 0;  // approximate: the log rounds to three digits
    std::uint64_t lines = 0;
    bool any = false;
    std::uint64_t spilled = 0;  // bytes whose file is missing
  };

  void text(model::Stream stream, std::string_view bytes) override;
  void frame(std::string_view bytes) override;
  void note(std::string_view key, std::string_view text) override;
  void print_json(model::Stream stream, std::string_view bytes);
  void note_omitted(std::string_view text);
  void note_spilled(std::string_view text);
  bool skipping() const { return skip_.lines != 0 || skip_.bytes != 0; }
  bool chosen(model::Stream stream) const { return stream == model::Stream::out ? choice_.out : choice_.err; }
  void print_plain(PlainOutput& stripper, std::string_view bytes);
  void release(PlainOutput& stripper);
  void emit(std::string_view bytes);

  const LogChoice choice_;
  Print print_;
  ReadSpilled read_spilled_;
  LogReader reader_;
  Size skip_;
  std::array<PlainOutput, model::kStreams> strippers_;
  PlainOutput frame_stripper_;
  JsonLogLines json_lines_;
  std::string plain_;  // reused
  std::array<Omitted, model::kStreams> omitted_;
};

// Counts a text and returns how much to skip so that the last lines remain. An unterminated last line counts as a line.
class TailCount {
 public:
  void count(std::string_view bytes);
  LogView::Size all_but(std::uint64_t last_lines) const;

 private:
  std::uint64_t newlines_ = 0;
  std::uint64_t bytes_ = 0;
  bool open_ = false;  // the last byte was not a newline
};

}  // namespace oversee::report
