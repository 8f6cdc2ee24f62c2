// What is shown of a tagged log: all of it or the bytes of a stream, with or without escape sequences, all lines or the
// last.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "report/json_log_lines.hpp"
#include "report/log_reader.hpp"
#include "report/plain_output.hpp"

namespace oversee::report {

struct LogChoice {
  bool out = false;  // of the streams, the bytes that the command wrote
  bool err = false;  // neither: the log as it is
  bool plain = false;
  bool json = false;  // its lines as JSON, not as they are
  bool raw = false;   // the log is a raw one, without records: it cannot be had but as it is

  bool whole_log() const { return !out && !err; }
};

// What of a stream stands in its own file, in the place where the log says so.
struct SpilledPart {
  model::Stream stream;
  std::uint64_t offset;
  std::uint64_t bytes;
};

// Reads the note about one: the text of oversee's line "# spilled".
std::optional<SpilledPart> read_spilled_note(std::string_view text);

class LogView final : private LogVisitor {
 public:
  using Print = std::function<void(std::string_view bytes)>;
  // Hands on what there is of the part, in pieces.
  using ReadSpilled = std::function<void(const SpilledPart& part, const Print& take)>;

  LogView(LogChoice choice, Print print, ReadSpilled read_spilled);

  void read(std::string_view chunk);
  void finish();

  // Of what would be printed so much is left out, at its start.
  struct Size {
    std::uint64_t lines = 0;  // newlines
    std::uint64_t bytes = 0;
  };
  void skip(Size size) { skip_ = size; }

  // The sentence that tells what of the chosen streams the log has left out among what was printed; nothing where that
  // is whole.
  std::optional<std::string> missing() const;

 private:
  struct Omitted {
    std::uint64_t bytes = 0;  // about: the log tells it in three digits
    std::uint64_t lines = 0;
    bool any = false;
    std::uint64_t spilled = 0;  // bytes that the log says are in a file, and are not
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

// How much of the lines of a text is left out so that the last so many are left; a text's end without a newline counts
// as a line.
class TailCount {
 public:
  void count(std::string_view bytes);
  LogView::Size all_but(std::uint64_t last_lines) const;

 private:
  std::uint64_t newlines_ = 0;
  std::uint64_t bytes_ = 0;
  bool open_ = false;  // the last byte was no newline
};

}  // namespace oversee::report
