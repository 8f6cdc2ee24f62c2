// The owner of stderr. Every line of oversee, the status line and the command's stderr pass through it.
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

// One queue keeps lines and output in order. On an event loop nothing here blocks; finish() does the waiting. Without a
// loop each line waits for the reader, within the same bounds. Lines that the reader does not take in time are dropped
// and counted. The descriptor and its flags remain the caller's.
class Console {
 public:
  // How long a reader may make no progress, the minimum grace at the end, and the bound on the whole wait.
  static constexpr model::Duration kPatience = std::chrono::seconds(1);
  static constexpr model::Duration kLeastPatience = std::chrono::milliseconds(100);
  static constexpr model::Duration kBound = std::chrono::seconds(5);
  // Maximum bytes of queued lines; later lines are dropped.
  static constexpr std::size_t kMostWaiting = 1024 * 1024;

  explicit Console(int fd);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console();

  // Attaches the console to the loop until leave(), which must be called before the loop ends.
  void join(uv::Loop& loop);
  void leave();

  // Prints whole lines, unchanged.
  void print(std::string_view lines);
  // From hold() to release() lines are kept, for work in a side process (os/file_work.hpp): the threads and processes
  // that write would be its own, and end with it.
  void hold() { held_.emplace(); }
  void release();

  // Draws the status line below all other lines, over the previous one. It is wiped before anything else is printed,
  // and not drawn while output is queued for the terminal.
  void show_status(std::string_view line);
  void wipe_status();

  // print() as a sink; idle when nothing is queued, neither lines nor output.
  model::ByteSink& lines() { return lines_; }
  // The sink of the command's output, which is never dropped. Idle when none of it is queued, whatever the state of
  // lines. Calls on_error when some is lost.
  model::ByteSink& output() { return output_; }

  // Waits for the reader within the bounds, then drops the rest of the queue. Returns the total dropped so far.
  model::OwnLines finish();

  bool is_terminal() const;
  // Whether stdout and stderr are the same file.
  bool is_stdout() const;
  // The terminal's width; 80 without a terminal.
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
    std::uint64_t end_ = 0;  // the writer's position after its last byte
    bool told_ = false;      // an error has been reported
  };

  // A line that was passed to the writer.
  struct Waiting {
    std::uint64_t end;  // the writer's position after it
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
  std::unique_ptr<uv::BackgroundWriter> writer_;  // if writing can block
  std::unique_ptr<os::FileSink> file_;            // if it cannot; one of the two exists after the first write
  std::unique_ptr<run::AsideSink> aside_;         // writes the file while a loop runs, if its disk can hang
  Lines lines_{*this};
  Output output_{*this};
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  model::OwnLines dropped_;
  int error_ = 0;
  std::optional<std::uint64_t> stalled_at_;  // the position at which the last wait failed
  std::optional<std::string> held_;
  bool finished_ = false;
  bool status_shown_ = false;
};

// The console of descriptor 2.
Console& console();

// Attaches the console to a loop for one scope.
class ConsoleOnLoop {
 public:
  explicit ConsoleOnLoop(uv::Loop& loop) { console().join(loop); }
  ConsoleOnLoop(const ConsoleOnLoop&) = delete;
  ConsoleOnLoop& operator=(const ConsoleOnLoop&) = delete;
  ~ConsoleOnLoop() { console().leave(); }
};

// Whether to use colours on stderr: on a capable terminal, or if CLICOLOR_FORCE is set; never if NO_COLOR is set
// (no-color.org, bixense.com/clicolors).
bool colours_on_stderr();

// Prints "oversee: TEXT\n".
void say(std::string_view text);
void warn(std::string_view text);
// The same for an error that ends the call before it starts.
void say_error(std::string_view text);

// Prints whole lines, unchanged.
void print_error_lines(std::string_view lines);

// The maximum line width on stdout; report::kAnyWidth if it is not a terminal.
std::size_t stdout_width();

// Prints a verb's result on stdout; blocks until the reader takes it, so it is not for use in a run. Returns the exit
// status: a write error is reported on stderr and fails, except when the reader has closed the pipe.
int print(std::string_view text);

}  // namespace oversee::cli
