// Tests outcomes: the names in the summary, the table of exit statuses, and the sentences of attempts.
#include "model/outcome.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

constexpr std::array kStatuses{Status::completed, Status::failed, Status::timed_out, Status::cancelled};
constexpr std::array kReasons{Reason::exit,
                              Reason::signal,
                              Reason::timeout,
                              Reason::not_found,
                              Reason::not_executable,
                              Reason::spawn,
                              Reason::io,
                              Reason::output_error,
                              Reason::supervisor_lost,
                              Reason::memory_limit,
                              Reason::cpu_limit,
                              Reason::process_limit,
                              Reason::file_size_limit,
                              Reason::out_of_memory,
                              Reason::idle_timeout,
                              Reason::output_limit};

// An attempt of 12 seconds with this end.
AttemptResult ended(Status status, Reason reason) {
  AttemptResult result;
  result.status = status;
  result.reason = reason;
  result.started = {Instant(100s), WallTime(1'795'436'219s)};
  result.finished = {Instant(112s), WallTime(1'795'436'231s)};
  return result;
}

AttemptResult exited(Status status, Reason reason, int code) {
  AttemptResult result = ended(status, reason);
  result.exit_code = code;
  return result;
}

AttemptResult died(Status status, Reason reason, Signal signal) {
  AttemptResult result = ended(status, reason);
  result.signal = signal;
  return result;
}

AttemptResult cancelled(Signal signal, int pid) {
  AttemptResult result = ended(Status::cancelled, Reason::signal);
  result.cancelled_by = Canceller{signal, pid};
  return result;
}

AttemptResult unstarted(Reason reason, SpawnFailure failure) {
  AttemptResult result = ended(Status::failed, reason);
  result.spawn_failure = std::move(failure);
  return result;
}

TEST_CASE("outcome: the names in the summary") {
  struct Word {
    Reason reason;
    std::string_view word;
  };
  CHECK(to_string(Status::completed) == "completed");
  CHECK(to_string(Status::failed) == "failed");
  CHECK(to_string(Status::timed_out) == "timed_out");
  CHECK(to_string(Status::cancelled) == "cancelled");
  constexpr std::array<Word, kReasons.size()> kWords{{{Reason::exit, "exit"},
                                                      {Reason::signal, "signal"},
                                                      {Reason::timeout, "timeout"},
                                                      {Reason::not_found, "not_found"},
                                                      {Reason::not_executable, "not_executable"},
                                                      {Reason::spawn, "spawn"},
                                                      {Reason::io, "io"},
                                                      {Reason::output_error, "output_error"},
                                                      {Reason::supervisor_lost, "supervisor_lost"},
                                                      {Reason::memory_limit, "memory_limit"},
                                                      {Reason::cpu_limit, "cpu_limit"},
                                                      {Reason::process_limit, "process_limit"},
                                                      {Reason::file_size_limit, "file_size_limit"},
                                                      {Reason::out_of_memory, "out_of_memory"},
                                                      {Reason::idle_timeout, "idle_timeout"},
                                                      {Reason::output_limit, "output_limit"}}};
  for (const Word& each : kWords) CHECK(to_string(each.reason) == each.word);
}

TEST_CASE("outcome: the exit status for each end") {
  struct Case {
    std::string_view what;
    AttemptResult result;
    ExitAction action;
    ExitAction preserved;  // with --preserve-status
  };
  const ExitAction timed_out{124, {}};
  const std::array cases{
      Case{"success", exited(Status::completed, Reason::exit, 0), {0, {}}, {0, {}}},
      Case{"exit 2", exited(Status::failed, Reason::exit, 2), {2, {}}, {2, {}}},
      Case{"exit 255", exited(Status::failed, Reason::exit, 255), {255, {}}, {255, {}}},
      Case{"a command's own 124", exited(Status::failed, Reason::exit, 124), {124, {}}, {124, {}}},
      Case{"SEGV", died(Status::failed, Reason::signal, SIGSEGV), {0, SIGSEGV}, {0, SIGSEGV}},
      Case{"KILL", died(Status::failed, Reason::signal, SIGKILL), {0, SIGKILL}, {0, SIGKILL}},
      Case{"a real-time signal",
           died(Status::failed, Reason::signal, SIGRTMIN + 1),
           {0, SIGRTMIN + 1},
           {0, SIGRTMIN + 1}},
      Case{"time over, dead of TERM", died(Status::timed_out, Reason::timeout, SIGTERM), timed_out, {143, {}}},
      Case{"time over, dead of KILL", died(Status::timed_out, Reason::timeout, SIGKILL), timed_out, {137, {}}},
      Case{"time over, exit 3", exited(Status::timed_out, Reason::timeout, 3), timed_out, {3, {}}},
      Case{"time over, exit 0", exited(Status::timed_out, Reason::timeout, 0), timed_out, {0, {}}},
      Case{"time over, never seen to end", ended(Status::timed_out, Reason::timeout), timed_out, timed_out},
      Case{"no such command", ended(Status::failed, Reason::not_found), {127, {}}, {127, {}}},
      Case{"not executable", ended(Status::failed, Reason::not_executable), {126, {}}, {126, {}}},
      Case{"not started", ended(Status::failed, Reason::spawn), {125, {}}, {125, {}}},
      Case{"output unread, exit 0", exited(Status::failed, Reason::io, 0), {123, {}}, {123, {}}},
      Case{"output not passed on, exit 0", exited(Status::failed, Reason::output_error, 0), {125, {}}, {125, {}}},
      Case{"guard killed", died(Status::failed, Reason::supervisor_lost, SIGKILL), {125, {}}, {125, {}}},
      Case{"cancelled by INT", cancelled(SIGINT, 0), {0, SIGINT}, {0, SIGINT}},
      Case{"cancelled by TERM", cancelled(SIGTERM, 4242), {0, SIGTERM}, {0, SIGTERM}},
      Case{"Ctrl-C, and the command exits by itself", exited(Status::failed, Reason::exit, 130), {130, {}}, {130, {}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(exit_action(c.result, ExitPolicy{}) == c.action);
    CHECK(exit_action(c.result, ExitPolicy{.preserve_status = true}) == c.preserved);
  }
}

TEST_CASE("outcome: a cancelled run dies of the cancelling signal, whatever ended the command") {
  AttemptResult result = cancelled(SIGTERM, 4242);
  result.signal = SIGKILL;
  result.forced = true;
  CHECK(exit_action(result, {}) == ExitAction{0, SIGTERM});
  result.signal.reset();
  result.exit_code = 0;
  CHECK(exit_action(result, {}) == ExitAction{0, SIGTERM});
}

TEST_CASE("outcome: only a command's own exit 0 makes an exit 0") {
  for (const Status status : kStatuses) {
    for (const Reason reason : kReasons) {
      const bool own = reason == Reason::exit || reason == Reason::signal;
      CAPTURE(to_string(reason));
      CHECK(exit_action(ended(status, reason), {}).shell_status() != 0);
      CHECK(exit_action(ended(status, reason), {.preserve_status = true}).shell_status() != 0);
      if (!own) CHECK(exit_action(exited(status, reason, 0), {}).shell_status() != 0);
    }
  }
}

TEST_CASE("outcome: a shell shows a death as 128 and the signal") {
  CHECK(ExitAction{2, {}}.shell_status() == 2);
  CHECK(ExitAction{0, SIGKILL}.shell_status() == 137);
  CHECK(ExitAction{0, SIGTERM}.shell_status() == 143);
  CHECK(ExitAction{0, SIGINT}.shell_status() == 130);
}

TEST_CASE("outcome: an attempt's duration is measured on the monotonic clock") {
  AttemptResult result = ended(Status::completed, Reason::exit);
  result.finished.wall = result.started.wall - 1h;  // the date was set back
  CHECK(result.duration() == 12s);
}

TEST_CASE("outcome: the sentence of each end") {
  struct Case {
    AttemptResult result;
    std::string sentence;
  };
  AttemptResult forced = died(Status::timed_out, Reason::timeout, SIGKILL);
  forced.forced = true;
  const std::string not_found = std::strerror(ENOENT);
  const std::string denied = std::strerror(EACCES);
  const std::string again = std::strerror(EAGAIN);
  const std::string remedy =
      "; start oversee in a group that is delegated to it, as by systemd-run --user --scope -p Delegate=yes oversee "
      "...";
  const std::array cases{
      Case{exited(Status::completed, Reason::exit, 0), "exit 0 after 12.0s"},
      Case{exited(Status::failed, Reason::exit, 2), "exit 2 after 12.0s"},
      Case{died(Status::failed, Reason::signal, SIGSEGV), "killed by signal SEGV after 12.0s"},
      Case{died(Status::failed, Reason::signal, SIGRTMIN + 3), "killed by signal RTMIN+3 after 12.0s"},
      Case{cancelled(SIGINT, 0), "cancelled by INT from the terminal after 12.0s"},
      Case{cancelled(SIGTERM, 4242), "cancelled by TERM sent by pid 4242 after 12.0s"},
      Case{died(Status::timed_out, Reason::timeout, SIGTERM), "timed out after 12.0s"},
      Case{forced, "timed out after 12.0s, killed"},
      Case{unstarted(Reason::not_found, {"exec", ENOENT, "mkae"}), "cannot run mkae: there is no such command in PATH"},
      Case{unstarted(Reason::not_executable, {"exec", EACCES, "./my tool"}), "cannot run './my tool': " + denied},
      Case{unstarted(Reason::spawn, {"directory", ENOENT, "/srv/app"}),
           "cannot start the command: directory /srv/app: " + not_found},
      Case{unstarted(Reason::spawn, {"cgroup", EACCES, "/sys/fs/cgroup/a"}),
           "not run, as --require-cgroup asks: cannot use the cgroup /sys/fs/cgroup/a: " + denied + remedy},
      Case{unstarted(Reason::spawn, {"cgroup", 0, ""}),
           "not run, as --require-cgroup asks: no cgroup v2 is mounted that holds oversee" + remedy},
      Case{unstarted(Reason::spawn, {"fork", EAGAIN, "make"}), "cannot start the command: fork make: " + again},
      Case{ended(Status::failed, Reason::io), "its output could not be read, after 12.0s"},
      Case{ended(Status::failed, Reason::output_error), "its output could not be passed on, after 12.0s"},
      Case{ended(Status::failed, Reason::supervisor_lost),
           "oversee's guard was killed after 12.0s; the command was, too"},
  };
  for (const Case& c : cases) CHECK(describe(c.result) == c.sentence);
}

TEST_CASE("outcome: each end has a sentence, on one line and without a full stop, with few or many facts") {
  for (const Status status : kStatuses) {
    for (const Reason reason : kReasons) {
      CAPTURE(to_string(reason));
      CHECK_FALSE(to_string(reason).empty());
      const std::string sentence = describe(ended(status, reason));
      CHECK_FALSE(sentence.empty());
      CHECK_FALSE(sentence.ends_with('.'));
      CHECK(sentence.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("outcome: a command's name cannot forge a line, nor reach the terminal's controls") {
  for (const Reason reason : {Reason::not_found, Reason::not_executable, Reason::spawn}) {
    for (const std::string_view stage : {"exec", "directory", "cgroup"}) {
      const std::string name = "x\n# status    completed\x1b[2J\x7f{}";
      const std::string sentence = describe(unstarted(reason, {std::string(stage), ENOENT, name}));
      CAPTURE(sentence);
      CHECK(std::ranges::none_of(sentence, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
      CHECK(sentence.find("# status") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace oversee::model
