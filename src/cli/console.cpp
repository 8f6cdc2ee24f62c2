// Queues lines and output for stderr, and bounds the wait for its reader.
#include "cli/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "model/mechanism.hpp"
#include "model/outcome.hpp"
#include "model/safe_text.hpp"
#include "os/descriptor.hpp"
#include "os/terminal.hpp"
#include "report/columns.hpp"
#include "report/tint.hpp"

namespace oversee::cli {

namespace {

// Returns to the first column and clears the line (ECMA-48: CR, EL).
constexpr std::string_view kWipe = "\r\x1b[K";

// As many whole lines as a pipe takes in one write; of a longer line, its first part.
std::string_view first_piece(std::string_view text) {
  if (text.size() <= PIPE_BUF) return text;
  const std::size_t newline = text.rfind('\n', PIPE_BUF - 1);
  return text.substr(0, newline == std::string_view::npos ? PIPE_BUF : newline + 1);
}

void say_tinted(const std::string& line, report::Tint tint) {
  print_error_lines(colours_on_stderr() ? report::tinted(line, tint) : line);
}

}  // namespace

Console::Console(int fd) : fd_(fd) {}

Console::~Console() {
  leave();
  if (writer_ && !idle()) writer_->give_up();
}

void Console::join(uv::Loop& loop) {
  loop_ = &loop;
  if (writer_) writer_->join(loop);
  if (file_) write_aside();
}

void Console::leave() {
  if (writer_ && loop_ != nullptr) writer_->leave();
  aside_.reset();  // keeps its memory if the side process hangs
  if (file_) {
    file_->on_error = [this](int error) { failed(error); };
  }
  loop_ = nullptr;
  output_.on_ready = nullptr;
  output_.on_error = nullptr;
}

void Console::release() {
  const auto lines = std::exchange(held_, {});
  if (lines && !lines->empty()) print(*lines);
}

void Console::print(std::string_view lines) {
  if (held_) {
    *held_ += lines;
    return;
  }
  if (!model::works(model::Mechanism::lines_aside)) return print_blocking(lines);
  put(lines);
  if (loop_ == nullptr) settle();
}

// Queues everything or nothing, so that a long text has no gaps.
void Console::put(std::string_view lines) {
  (void)sink();
  forget_written();
  if (finished_ || error_ != 0 || waiting_bytes_ > kMostWaiting) return drop(lines);
  std::string text = status_shown_ ? std::string(kWipe) : std::string();
  status_shown_ = false;
  text += for_terminal(lines);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view piece = first_piece(rest);
    if (!hand_over(piece)) drop(piece);
    rest.remove_prefix(piece.size());
  }
}

bool Console::hand_over(std::string_view piece) {
  if (file_ && !aside_) return file_->write(piece) && error_ == 0;
  std::uint64_t end = taken();
  if (aside_) {
    (void)aside_->write(piece);
    if (error_ != 0) return false;
  } else if (!writer_->offer(piece, loop_ == nullptr && !stalled_at_ ? kPatience : model::Duration())) {
    return false;
  }
  for (std::string_view rest = piece; !rest.empty();) {
    const std::size_t newline = rest.find('\n');
    const std::size_t size = newline == std::string_view::npos ? rest.size() : newline + 1;
    end += size;
    waiting_.push_back({end, size});
    waiting_bytes_ += size;
    rest.remove_prefix(size);
  }
  return true;
}

// A variant for tests, which shows how a slow reader would delay deadlines and exits.
void Console::print_blocking(std::string_view lines) {
  if (!os::wait_writable(fd_, std::chrono::seconds(1))) return;
  (void)os::write_fully(fd_, for_terminal(lines));
}

// With --pty the user's terminal does not add carriage returns, because the command's terminal does.
std::string Console::for_terminal(std::string_view lines) const {
  if (!os::needs_carriage_returns(fd_)) return std::string(lines);
  std::string text;
  for (const char c : lines) {
    if (c == '\n') text += '\r';
    text += c;
  }
  return text;
}

void Console::forget_written() {
  if (waiting_.empty()) return;
  const std::uint64_t done = written();
  while (!waiting_.empty() && waiting_.front().end <= done) {
    waiting_bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
  }
}

void Console::drop(std::string_view lines) {
  dropped_.dropped_bytes += lines.size();
  dropped_.dropped_lines += static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
}

void Console::show_status(std::string_view line) {
  (void)sink();
  if (!writer_ || !idle() || error_ != 0 || finished_) return;
  status_shown_ = writer_->offer(fmt::format("\r{}\x1b[K", line), {});
}

void Console::wipe_status() {
  if (status_shown_ && writer_->offer(kWipe, {})) status_shown_ = false;
}

// After a wait in vain, does not wait again until the reader has made progress.
void Console::settle() {
  if (aside_ && error_ == 0 && stalled_at_ != aside_->written()) {
    stalled_at_.reset();
    if (aside_->drain(kPatience) != 0) stalled_at_ = aside_->written();
    return;
  }
  if (!writer_ || error_ != 0 || stalled_at_ == writer_->written()) return;
  const std::uint64_t before = writer_->written();
  const model::Duration first = std::max(kPatience - writer_->stalled_for(), kLeastPatience);
  uv::BackgroundWriter::Rest rest = writer_->drain(first, kBound);
  if (rest.bytes != 0 && writer_->written() != before) rest = writer_->drain(kPatience, kBound);
  error_ = rest.error;
  stalled_at_.reset();
  if (rest.bytes != 0) stalled_at_ = writer_->written();
}

model::OwnLines Console::finish() {
  settle();
  forget_written();
  if (!idle()) {
    finished_ = true;
    if (writer_) writer_->give_up();
  } else if (aside_) {
    aside_->end();
  }
  dropped_.dropped_lines += waiting_.size();
  dropped_.dropped_bytes += waiting_bytes_;
  waiting_.clear();
  waiting_bytes_ = 0;
  return dropped_;
}

bool Console::idle() const { return writer_ ? writer_->idle() : !aside_ || aside_->idle(); }

std::uint64_t Console::taken() const { return writer_ ? writer_->taken() : aside_ ? aside_->taken() : 0; }

std::uint64_t Console::written() const { return writer_ ? writer_->written() : aside_ ? aside_->written() : 0; }

model::ByteSink& Console::sink() {
  if (aside_) return *aside_;
  if (file_) return *file_;
  if (writer_) return *writer_;
  const auto on_error = [this](int error) { failed(error); };
  if (!os::can_block(fd_)) {
    file_ = std::make_unique<os::FileSink>(fd_);
    file_->on_error = on_error;
    if (loop_ != nullptr) write_aside();
    if (aside_) return *aside_;
    return *file_;
  }
  writer_ = std::make_unique<uv::BackgroundWriter>(fd_);
  writer_->write_by_lines(true);
  writer_->on_error = on_error;
  writer_->on_ready = [this] {
    if (output_.on_ready) output_.on_ready();
  };
  if (loop_ != nullptr) writer_->join(*loop_);
  return *writer_;
}

void Console::write_aside() {
  aside_ = run::AsideSink::over(*loop_, *file_, fd_);
  if (!aside_) return;
  aside_->on_error = [this](int error) { failed(error); };
  aside_->on_ready = [this] {
    if (output_.on_ready) output_.on_ready();
  };
}

void Console::failed(int error) {
  error_ = error;
  output_.failed();
}

bool Console::is_terminal() const { return ::isatty(fd_) != 0; }

bool Console::is_stdout() const { return os::same_file(STDOUT_FILENO, fd_); }

std::size_t Console::columns() const { return os::terminal_columns(fd_); }

bool Console::Lines::write(std::string_view bytes) {
  console_.print(bytes);
  return true;
}

bool Console::Output::write(std::string_view bytes) {
  console_.wipe_status();
  model::ByteSink& sink = console_.sink();
  if (console_.writer_) console_.writer_->write_by_lines(false);
  const bool room = sink.write(bytes);
  if (console_.writer_ || console_.aside_) end_ = console_.taken();
  if (console_.error_ == 0 || told_) return room;
  // Lines met this error earlier, before there was output to report it for.
  if (console_.writer_) {
    console_.writer_->tell_error_again();
  } else {
    if (!console_.aside_) end_ = 1;
    failed();
  }
  return room;
}

bool Console::Output::idle() const {
  if (console_.error_ != 0 || console_.written() >= end_) return true;
  if (console_.aside_) return console_.aside_->idle();
  if (!console_.writer_) return true;
  console_.writer_->tell_when_written(end_);
  return false;
}

// The loss of oversee's own lines must not fail the command.
void Console::Output::failed() {
  if (told_ || !on_error || console_.written() >= end_) return;
  told_ = true;
  on_error(console_.error_);
}

// Never destroyed: a writer thread may still be waiting for the reader when the process exits.
Console& console() {
  static Console& of_stderr = *new Console(STDERR_FILENO);
  return of_stderr;
}

// Makes quoted paths and values harmless, so that they neither move the cursor nor forge a line.
void say(std::string_view text) { print_error_lines(fmt::format("oversee: {}\n", model::harmless(text))); }

void warn(std::string_view text) {
  say_tinted(fmt::format("oversee: warning: {}\n", model::harmless(text)), report::Tint::warning);
}

void say_error(std::string_view text) {
  say_tinted(fmt::format("oversee: {}\n", model::harmless(text)), report::Tint::bad);
}

bool colours_on_stderr() {
  const auto value = [](const char* name) {
    const char* text = std::getenv(name);
    return std::string_view(text == nullptr ? "" : text);
  };
  if (!value("NO_COLOR").empty()) return false;
  const std::string_view force = value("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  const std::string_view terminal = value("TERM");
  return value("CLICOLOR") != "0" && !terminal.empty() && terminal != "dumb" && console().is_terminal();
}

void print_error_lines(std::string_view lines) { console().print(lines); }

std::size_t stdout_width() {
  return ::isatty(STDOUT_FILENO) != 0 ? os::terminal_columns(STDOUT_FILENO) : report::kAnyWidth;
}

int print(std::string_view text) {
  if (os::write_patiently(STDOUT_FILENO, text) || errno == EPIPE) return EXIT_SUCCESS;
  say_error(fmt::format("cannot write to stdout: {}", std::strerror(errno)));
  return model::kExitOwnFailure;
}

}  // namespace oversee::cli
