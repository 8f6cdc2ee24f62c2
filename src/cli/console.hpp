// The owner of stderr: every line of oversee's own, the status line, and the command's stderr pass through here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/byte_sink.hpp"
#include "model/own_lines.hpp"
#include "os/file_sink.hpp"
#include "run/aside_sink.hpp"
#include "uv/background_writer.hpp"
#include "uv/loop.hpp"

namespace oversee::cli {

// One queue, so that lines and output keep their order. On a loop nothing here waits for the reader: that is left to
// finish(). Without a loop each line waits for its reader, within the same bounds. A line that is not taken in time is
// dropped and counted. The descriptor stays the caller's, its flags as they are.
class Console {
 public:
  // How long a reader may take nothing, at the end at least kLeastPatience more, and how long it may take for all.
  static constexpr model::Duration kPatience = std::chrono::seconds(1);
  static constexpr model::Duration kLeastPatience = std::chrono::milliseconds(100);
  static constexpr model::Duration kBound = std::chrono::seconds(5);
  // Bytes of lines that may wait; what comes after them is dropped.
  static constexpr std::size_t kMostWaiting = 1024 * 1024;

  explicit Console(int fd);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console();

  // Until leave(), which comes before the loop's end.
  void join(uv::Loop& loop);
  void leave();

  // Whole lines, as they are.
  void print(std::string_view lines);

  // A line that stands below all others on the terminal, drawn over each time and wiped before anything else is
  // printed. It is not drawn while something waits for the terminal.
  void show_status(std::string_view line);
  void wipe_status();

  // print() as a sink. Idle: nothing waits, be it lines or output.
  model::ByteSink& lines() { return lines_; }
  // The command's output, never dropped. Idle: none of it waits, whatever lines do. on_error comes when some is lost.
  model::ByteSink& output() { return output_; }

  // Gives the reader the time that it may take, then drops what still waits. Returns all that was dropped so far.
  model::OwnLines finish();

  bool is_terminal() const;
  // Both are the same file.
  bool is_stdout() const;
  // Of the terminal; 80 where there is none.
  std::size_t columns() const;

 private:
  class Lines final : public model::ByteSink {
   public:
    explicit Lines(Console& console) : console_(console) {}
    bool write(std::string_view bytes) override;
    bool idle() const override { return console_.idle(); }

   private:
    Console& console_;
  };

  class Output final : public model::ByteSink {
   public:
    explicit Output(Console& console) : console_(console) {}
    bool write(std::string_view bytes) override;
    bool idle() const override;
    void failed();

   private:
    Console& console_;
    std::uint64_t end_ = 0;  // of the last byte, as the writer counts them
    bool told_ = false;      // of an error
  };

  // A line that was handed to the writer.
  struct Waiting {
    std::uint64_t end;  // as the writer counts them
    std::size_t bytes;
  };

  model::ByteSink& sink();
  bool idle() const;
  void failed(int error);
  void put(std::string_view lines);
  bool hand_over(std::string_view piece);
  void print_blocking(std::string_view lines);
  std::string for_terminal(std::string_view lines) const;
  void forget_written();
  void drop(std::string_view lines);
  void settle();
  void write_aside();
  std::uint64_t taken() const;
  std::uint64_t written() const;

  const int fd_;
  uv::Loop* loop_ = nullptr;
  std::unique_ptr<uv::BackgroundWriter> writer_;  // where writing can block
  std::unique_ptr<os::FileSink> file_;            // where it cannot; one of them, once something was written
  std::unique_ptr<run::AsideSink> aside_;         // before the file, on a loop and where its disk can hang
  Lines lines_{*this};
  Output output_{*this};
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  model::OwnLines dropped_;
  int error_ = 0;
  std::optional<std::uint64_t> stalled_at_;  // what was written when its reader was waited for in vain
  bool finished_ = false;
  bool status_shown_ = false;
};

// That of descriptor 2.
Console& console();

// Keeps it on a loop.
class ConsoleOnLoop {
 public:
  explicit ConsoleOnLoop(uv::Loop& loop) { console().join(loop); }
  ConsoleOnLoop(const ConsoleOnLoop&) = delete;
  ConsoleOnLoop& operator=(const ConsoleOnLoop&) = delete;
  ~ConsoleOnLoop() { console().leave(); }
};

// Whether what we say on stderr is to have colours: at a terminal that knows them, or where CLICOLOR_FORCE asks for it;
// never where NO_COLOR is set (no-color.org, bixense.com/clicolors).
bool colours_on_stderr();

// "oversee: TEXT\n".
void say(std::string_view text);
void warn(std::string_view text);
// The same for what ends a call before it began.
void say_error(std::string_view text);

// Whole lines, as they are.
void print_error_lines(std::string_view lines);

// How wide what is printed on stdout may be: report::kAnyWidth where that is no terminal.
std::size_t stdout_width();

// What was asked for, on stdout, waiting for its reader as cat does: not for a run. Returns what oversee exits with:
// that a text did not get through is said on stderr, and is no success, but for a reader that has had enough of it.
int print(std::string_view text);

}  // namespace oversee::cli
