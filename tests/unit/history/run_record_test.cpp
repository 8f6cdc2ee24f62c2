// Tests what a record says, and whether its run still lives.
#include "history/run_record.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "history/run_directory.hpp"
#include "os/host.hpp"
#include "os/own_place.hpp"
#include "os/process_stat.hpp"
#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

constexpr const char* kId = "20261123-121659-k3fa";

struct Runs {
  TemporaryDirectory parent;
  RunDirectory directory = RunDirectory::open(parent.path(), ::geteuid()).value();

  RunRecord read(const std::string& json) const {
    write_text(directory.path_of(std::string(kId) + ".json"), json);
    return read_record(directory, kId).value();
  }
};

// The record of a run whose supervisor is that process, from its start.
RunRecord running(pid_t pid) {
  RunRecord record;
  record.status = "running";
  record.pid = pid;
  record.born = std::chrono::round<std::chrono::milliseconds>(os::process_stat(pid).value().born);
  record.host = os::host_name();
  return record;
}

TEST_CASE("run record: all members of a finished run") {
  const Runs runs;
  const RunRecord record = runs.read(R"({"pid": 42, "pid_born_ms": 1500, "host": "h", "name": "make",
    "labels": {"team": "core", "a": ""}, "command": ["make", "-j8"], "started_at": "2026-11-23T12:16:59.123Z",
    "status": "failed", "reason": "exit", "summary": "failed: exit 2", "exit_code": 2, "signal": null,
    "exit_status": 2, "duration_ms": 31200, "flaky": true, "attempts": [{}, {}], "log": {"path": "/x.log"}})");
  CHECK(record.id == kId);
  CHECK(record.ended());
  CHECK(record.born == std::chrono::milliseconds(1500));
  CHECK(record.name == "make");
  CHECK(record.labels == std::map<std::string, std::string>{{"team", "core"}, {"a", ""}});
  CHECK(record.command == std::vector<std::string>{"make", "-j8"});
  CHECK(record.reason == "exit");
  CHECK(record.summary == "failed: exit 2");
  CHECK(record.exit_code == 2);
  CHECK(record.signal.empty());
  CHECK(record.exit_status == 2);
  CHECK(record.duration == std::chrono::milliseconds(31200));
  CHECK(record.flaky);
  CHECK(record.attempts == 2);
  CHECK(shown_status(record) == "failed");
}

TEST_CASE("run record: out-of-range numbers and labels without a key are ignored") {
  const Runs runs;
  const RunRecord record = runs.read(R"({"pid": 42, "pid_born_ms": 9223372036854775807, "labels": {"": "x", "a": "b"},
    "started_at": "", "status": "failed", "exit_code": 4294967298, "exit_status": -9223372036854775808,
    "duration_ms": 9223372036854775807, "attempts": [{"duration_ms": -1}], "log": null})");
  CHECK_FALSE(record.born.has_value());
  CHECK(record.labels == std::map<std::string, std::string>{{"a", "b"}});
  CHECK_FALSE(record.exit_code.has_value());
  CHECK_FALSE(record.exit_status.has_value());
  CHECK_FALSE(record.duration.has_value());
  CHECK_FALSE(record.last_attempt.has_value());
  // Truncated to 32 bits this would be pid 42.
  constexpr const char* kOfAnother = R"({"pid": 4294967338, "started_at": "", "status": "running", "log": null})";
  CHECK_FALSE(parse_record(kOfAnother, runs.directory, kId).has_value());
}

TEST_CASE("run record: a run lives exactly while the process that got its pid lives") {
  RunRecord record = running(::getpid());
  CHECK(state_of(record) == RunState::running);
  CHECK(shown_status(record) == "running");
  record.status = "pending";
  CHECK(state_of(record) == RunState::pending);

  // The pid belongs to another process now.
  record.born = *record.born - std::chrono::milliseconds(10);
  CHECK(state_of(record) == RunState::lost);
  CHECK(shown_status(record) == "lost");
  record.born.reset();
  CHECK(state_of(record) == RunState::lost);
  record.status = "completed";
  CHECK(state_of(record) == RunState::ended);
}

TEST_CASE("run record: a zombie or dead supervisor means that the run is lost") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(0);
  const RunRecord record = running(child);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  CHECK(state_of(record) == RunState::lost);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(state_of(record) == RunState::lost);
}

TEST_CASE("run record: the state of a process on another machine is unknown") {
  RunRecord record = running(::getpid());
  record.born = std::chrono::milliseconds(1);
  record.host = os::host_name() + "x";
  CHECK(state_of(record) == RunState::unknown);
  CHECK(shown_status(record) == "unknown");
  CHECK(may_live(state_of(record)));
  CHECK_FALSE(shares_pids(record));
  record.lock = LockSeen::held;
  CHECK(state_of(record) == RunState::running);
  record.lock = LockSeen::free;
  CHECK(state_of(record) == RunState::unknown);
}

TEST_CASE("run record: a process in another PID namespace is unknown, whatever its pid") {
  RunRecord record = running(::getpid());
  record.place = os::own_place();
  CHECK(state_of(record) == RunState::running);
  ++*record.place->pid_namespace;
  CHECK(state_of(record) == RunState::unknown);
  CHECK(why_foreign(record) == fmt::format("it runs in another PID namespace (pid {} there)", record.pid));
  record.pid = INT32_MAX;
  CHECK(state_of(record) == RunState::unknown);
  record.lock = LockSeen::held;
  record.status = "pending";
  CHECK(state_of(record) == RunState::pending);
  record.lock = LockSeen::free;
  CHECK(state_of(record) == RunState::lost);
}

TEST_CASE("run record: in another time namespace the pid is valid, but not the start time") {
  RunRecord record = running(::getpid());
  record.place = os::own_place();
  record.place->time_namespace = record.place->time_namespace.value_or(1) + 1;
  *record.born += std::chrono::hours(1);
  CHECK(state_of(record) == RunState::unknown);
  CHECK(shares_pids(record));
  record.lock = LockSeen::held;
  CHECK(state_of(record) == RunState::running);
  record.pid = INT32_MAX;  // an unused pid
  CHECK(state_of(record) == RunState::lost);
}

TEST_CASE("run record: the place reads back, with unknown members empty") {
  const Runs runs;
  const auto read = [&](const std::string& place) {
    return runs.read(R"({"pid": 42, "host": "h", "started_at": "", "status": "failed", "log": null, "place": )" +
                     place + "}");
  };
  const RunRecord known = read(R"({"machine": "m", "boot_id": "b", "pid_namespace": 4026531836,
    "time_namespace": 4026531834, "life_lock": 7})");
  REQUIRE(known.place.has_value());
  CHECK(known.place->host == "h");
  CHECK(known.place->machine == "m");
  CHECK(known.place->boot_id == "b");
  CHECK(known.place->pid_namespace == 4026531836);
  CHECK(known.place->time_namespace == 4026531834);
  const RunRecord unknown = read(R"({"machine": null, "boot_id": null, "pid_namespace": -1, "time_namespace": "x"})");
  REQUIRE(unknown.place.has_value());
  CHECK(unknown.place->boot_id.empty());
  CHECK_FALSE(unknown.place->pid_namespace.has_value());
  CHECK_FALSE(unknown.place->time_namespace.has_value());
  CHECK_FALSE(read("null").place.has_value());
}

}  // namespace
}  // namespace oversee::history
