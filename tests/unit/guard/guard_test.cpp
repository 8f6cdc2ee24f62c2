// Tests the guard as a separate process, with the test as its front: its reports, and its actions when the front dies
// silently.
#include "guard/guard.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>

#include <array>
#include <string>
#include <vector>

#include "../os/forked.hpp"
#include "guard/guard_arguments.hpp"
#include "guard/protocol.hpp"
#include "guard/wire.hpp"
#include "os/descriptor.hpp"

namespace oversee::guard {
namespace {

// The descriptor that reports an interrupted run; global, because the callback gets only the run.
int told_on = -1;

struct Told {
  int attempt;
  int exit_code;
  int signal;
  char run_id[32];
};

void tell_lost(const model::LostRun& lost) {
  Told told{lost.attempt.number, lost.attempt.exit_code.value_or(-1), lost.attempt.signal.value_or(-1), {}};
  lost.id.copy(told.run_id, sizeof told.run_id - 1);
  os::tell(told_on, told);
}

class Front {
 public:
  Front() {
    auto sockets = os::make_socket_pair();
    auto told = os::make_pipe();
    REQUIRE(sockets.has_value());
    REQUIRE(told.has_value());
    std::array<os::UniqueFd, 3> streams;
    for (os::UniqueFd& each : streams) each.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
    auto& [ours, theirs] = *sockets;
    guard_ = os::fork_child([&] {
      ours.reset();
      told_on = told->writer.get();
      std::vector<std::string> words =
          guard_arguments({theirs.get(), streams[0].get(), streams[1].get(), streams[2].get()}, "an id");
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      return run_guard(argv, tell_lost);
    });
    control_ = std::move(ours);
    told_ = std::move(told->reader);
  }
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;
  ~Front() {
    go();
    if (guard_ > 0) (void)os::status_of(guard_);
  }

  void send(const std::vector<Request>& requests) {
    std::string bytes;
    for (const Request& each : requests) bytes += encode(each);
    REQUIRE(os::write_fully(control_.get(), bytes));
  }

  // The next report of this kind; skips other reports before it.
  template <class Kind>
  Kind await() {
    while (true) {
      while (auto report = decoder_.next()) {
        if (auto* wanted = std::get_if<Kind>(&*report)) return *wanted;
      }
      pollfd readable{control_.get(), POLLIN, 0};
      REQUIRE(::poll(&readable, 1, 20'000) == 1);
      char buffer[4096];
      const ssize_t count = ::read(control_.get(), buffer, sizeof buffer);
      REQUIRE(count > 0);
      decoder_.feed({buffer, static_cast<std::size_t>(count)});
    }
  }

  void go() { control_.reset(); }

  Told await_lost() { return os::hear<Told>(told_.get()); }

  // Whether the guard ends without reporting an interrupted run.
  bool ends_silently() {
    char byte = 0;
    const bool silent = ::read(told_.get(), &byte, 1) == 0;
    (void)os::status_of(std::exchange(guard_, -1));
    return silent;
  }

 private:
  pid_t guard_ = -1;
  os::UniqueFd control_;
  os::UniqueFd told_;
  Decoder<Report> decoder_;
};

StartCommand sleeper() {
  return {.argv = {"sleep", "30"},
          .environment = {"PATH=/bin:/usr/bin"},
          .directory = {},
          .own_group = true,
          .record = {.run_id = "20261123-121659-k3f9", .json_path = {}, .attempt = 3}};
}

TEST_CASE("guard: a signal that comes along with the command is not lost") {
  Front front;
  front.send({sleeper(), SignalLeader{SIGUSR1}});
  const auto exited = front.await<LeaderExited>();
  CHECK(WIFSIGNALED(exited.wait_status));
  CHECK(WTERMSIG(exited.wait_status) == SIGUSR1);
}

TEST_CASE("guard: a front that dies silently leaves an interrupted run, once its tree is gone") {
  Front front;
  front.send({sleeper()});
  const auto started = front.await<CommandStarted>();
  front.go();
  const Told told = front.await_lost();
  CHECK(std::string(told.run_id) == "20261123-121659-k3f9");
  CHECK(told.attempt == 3);
  CHECK(told.exit_code == -1);
  CHECK(told.signal == SIGKILL);
  CHECK(::kill(started.pid, 0) != 0);
  CHECK(front.ends_silently());
}

TEST_CASE("guard: also if the tree had ended, and the front had not claimed the record") {
  Front front;
  StartCommand command = sleeper();
  command.argv = {"sh", "-c", "exit 7"};
  front.send({command});
  (void)front.await<TreeEmpty>();
  front.go();
  const Told told = front.await_lost();
  CHECK(told.exit_code == 7);
  CHECK(told.signal == -1);
}

TEST_CASE("guard: a front that claims the record leaves none, with or without a tree") {
  for (const bool ended : {true, false}) {
    CAPTURE(ended);
    Front front;
    StartCommand command = sleeper();
    if (ended) command.argv = {"true"};
    front.send({command});
    if (ended) {
      (void)front.await<TreeEmpty>();
    } else {
      (void)front.await<CommandStarted>();
    }
    front.send({ReleaseRecord{}});
    front.go();
    CHECK(front.ends_silently());
  }
}

TEST_CASE("guard: without a command there is no interrupted run") {
  Front front;
  front.go();
  CHECK(front.ends_silently());
}

}  // namespace
}  // namespace oversee::guard
