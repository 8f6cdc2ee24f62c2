// Tests pseudo-terminals and modes: sizes, the effect of raw and data mode on bytes, and which modes are restored.
#include "os/pseudo_terminal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "os/readiness.hpp"
#include "os/terminal_modes.hpp"

namespace oversee::os {
namespace {

PseudoTerminal new_terminal(const WindowSize& size = {}) {
  auto pair = open_pseudo_terminal(size);
  REQUIRE(pair.has_value());
  return std::move(*pair);
}

TerminalModes modes_of(const UniqueFd& fd) {
  const auto modes = TerminalModes::of(fd.get());
  REQUIRE(modes.has_value());
  return *modes;
}

std::string read_some(const UniqueFd& fd) {
  char buffer[256];
  const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
  REQUIRE(count >= 0);
  return {buffer, static_cast<std::size_t>(count)};
}

TEST_CASE("pseudo-terminal: both ends are terminals, closed on exec, and control no process") {
  const PseudoTerminal pair = new_terminal();
  for (const UniqueFd* end : {&pair.master, &pair.slave}) {
    CHECK(::isatty(end->get()) == 1);
    CHECK(::fcntl(end->get(), F_GETFD) == FD_CLOEXEC);
  }
  CHECK(foreground_group(pair.master.get()) == 0);
}

TEST_CASE("pseudo-terminal: its size can be set and changed") {
  const PseudoTerminal pair = new_terminal({.rows = 41, .columns = 133});
  const auto size_at = [](int fd) {
    const int saved = ::dup(STDOUT_FILENO);
    REQUIRE(::dup2(fd, STDOUT_FILENO) == STDOUT_FILENO);
    const WindowSize size = window_size_around();
    REQUIRE(::dup2(saved, STDOUT_FILENO) == STDOUT_FILENO);
    ::close(saved);
    return size;
  };
  CHECK((size_at(pair.slave.get()) == WindowSize{.rows = 41, .columns = 133}));
  resize(pair.master.get(), {.rows = 50, .columns = 132, .width = 1, .height = 2});
  CHECK((size_at(pair.slave.get()) == WindowSize{.rows = 50, .columns = 132, .width = 1, .height = 2}));
}

TEST_CASE("terminal modes: only a terminal has them; a message carries them") {
  CHECK_FALSE(TerminalModes::of(-1).has_value());
  CHECK_FALSE(TerminalModes::of(UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC)).get()).has_value());
  CHECK_FALSE(TerminalModes::from_bytes("").has_value());
  const PseudoTerminal pair = new_terminal();
  const TerminalModes modes = modes_of(pair.slave);
  CHECK(modes_of(pair.master).bytes() == modes.bytes());
  CHECK_FALSE(TerminalModes::from_bytes(modes.bytes() + 'x').has_value());
  const auto back = TerminalModes::from_bytes(modes.bytes());
  REQUIRE(back.has_value());
  CHECK(back->bytes() == modes.bytes());
}

TEST_CASE("terminal modes: which keys are signals, and which ends the input") {
  const PseudoTerminal pair = new_terminal();
  const TerminalModes modes = modes_of(pair.slave);
  CHECK(modes.signal_of('\x03') == SIGINT);
  CHECK(modes.signal_of('\x1c') == SIGQUIT);
  CHECK_FALSE(modes.signal_of('a').has_value());
  CHECK_FALSE(modes.signal_of('\0').has_value());
  CHECK(modes.by_line());
  CHECK(modes.end_of_input(true) == "\x04");
  CHECK(modes.end_of_input(false) == "\x04\x04");
  CHECK_FALSE(modes.raw().signal_of('\x03').has_value());
  CHECK_FALSE(modes.raw().by_line());
  CHECK_FALSE(modes.for_data().signal_of('\x03').has_value());
  CHECK(modes.for_data().by_line());
  CHECK(modes.for_data().end_of_input(true) == "\x04");
}

TEST_CASE("terminal modes: data mode passes every byte but the end, without echo") {
  const PseudoTerminal pair = new_terminal();
  REQUIRE(modes_of(pair.slave).for_data().apply(pair.slave.get()));
  std::string bytes;
  for (int c = 0; c < 256; ++c) {
    if (c != 4 && c != '\n') bytes += static_cast<char>(c);
  }
  bytes += '\n';
  REQUIRE(write_fully(pair.master.get(), bytes));
  CHECK(read_some(pair.slave) == bytes);
  CHECK_FALSE(readable_now(pair.master.get()));  // no echo
  REQUIRE(write_fully(pair.master.get(), "part\x04\x04"));
  CHECK(read_some(pair.slave) == "part");
  CHECK(read_some(pair.slave).empty());
}

TEST_CASE("terminal modes: output passes unchanged in raw mode and in the mode for the final output") {
  const PseudoTerminal pair = new_terminal();
  const TerminalModes found = modes_of(pair.slave);
  for (const auto& [modes, shown] : {std::pair{found, "a\r\n"}, {found.raw(), "a\n"}, {found.unprocessed(), "a\n"}}) {
    REQUIRE(modes.apply(pair.slave.get()));
    REQUIRE(write_fully(pair.slave.get(), "a\n"));
    CHECK(read_some(pair.master) == shown);
  }
}

TEST_CASE("terminal modes: recognizes those that we left behind") {
  const PseudoTerminal pair = new_terminal();
  const TerminalModes found = modes_of(pair.slave);
  CHECK_FALSE(found.left_behind_on(pair.slave.get()));
  found.raw().apply(pair.slave.get());
  CHECK(found.left_behind_on(pair.slave.get()));
  found.unprocessed().apply(pair.slave.get());
  CHECK(found.left_behind_on(pair.slave.get()));
  found.for_data().apply(pair.slave.get());
  CHECK_FALSE(found.left_behind_on(pair.slave.get()));
}

TEST_CASE("readiness: follows its descriptor, and keeps its flags") {
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  const auto readiness = Readiness::of(pipe->reader.get());
  REQUIRE(readiness.has_value());
  CHECK_FALSE(readable_now(readiness->fd()));
  REQUIRE(::fcntl(readiness->fd(), F_SETFL, O_NONBLOCK) == 0);
  REQUIRE(write_fully(pipe->writer.get(), "x"));
  CHECK(readable_now(readiness->fd()));
  CHECK((::fcntl(pipe->reader.get(), F_GETFL) & O_NONBLOCK) == 0);
  CHECK_FALSE(Readiness::of(UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get()).has_value());
}

}  // namespace
}  // namespace oversee::os
