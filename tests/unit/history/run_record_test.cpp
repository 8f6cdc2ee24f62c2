// Tests what a record says, and whether its run still lives.
#include "history/run_record.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>

#include "history/run_directory.hpp"
#include "model/date.hpp"
#include "os/host.hpp"
#include "os/own_place.hpp"
#include "os/process_stat.hpp"
#include "report/json_members.hpp"
#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

using namespace std::chrono_literals;
using model::AttemptResult;

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
  CHECK(record.attempt_count() == 2);
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

std::string document(const AttemptResult& result) {
  report::JsonText json;
  json.begin_object().begin_array("attempts");
  report::write_attempt(json, {}, result);
  json.end_array().text("status", "failed").text("started_at", "").number("pid", 1).null("log").end_object();
  return json.take();
}

model::RecordedAttempt read_back(const AttemptResult& result) {
  const RunRecord told = Runs().read(document(result));
  REQUIRE(told.attempts.size() == 1);
  return told.attempts.front();
}

// Checks that everything read back is written the same; snapshots and hooks are read only in part.
void check_round_trip(const AttemptResult& result) {
  const AttemptResult read = read_back(result).result;
  CHECK(document(read) == document(result));
  CHECK(describe(read) == describe(result));
}

AttemptResult failure(model::Reason reason) {
  AttemptResult result;
  result.number = 2;
  result.reason = reason;
  result.started.wall = model::WallTime(1'795'436'219'123ms);
  result.finished.instant = model::Instant(12'345ms);
  return result;
}

TEST_CASE("run record: an attempt with every member") {
  AttemptResult result = failure(model::Reason::memory_limit);
  result.exit_code = 3;
  result.signal = SIGKILL;
  result.forced = true;
  result.limits = {{model::Resource::memory, 1 << 20, model::LimitMeans::cgroup, {}},
                   {model::Resource::cpu, 5'000'000'000, model::LimitMeans::sampling, 6'000'000'000}};
  result.passed_limit = {model::Resource::memory, 2 << 20, 1 << 20, model::LimitMeans::cgroup, {77, "eater", 1 << 19}};
  result.out_of_memory_kills = 2;
  result.cancelled_by = {SIGTERM, 42};
  result.leaked = {{{7, "sleep 9"}, {true, true, false}}, {{8, "[gone]"}, {}}};
  result.leaked_more = 3;
  result.leaked_live = true;
  result.unkilled = {{9, "su"}};
  result.unkilled_more = 1;
  result.usage = {.user = 58'100ms,
                  .system = 3'100ms,
                  .max_rss_bytes = 512,
                  .peak_bytes = 1024,
                  .processes = 12,
                  .major_faults = 3,
                  .voluntary_switches = 4,
                  .involuntary_switches = 5,
                  .read_bytes = 6,
                  .written_bytes = 7,
                  .accuracy = model::Accuracy::exact};
  result.out = {.bytes = 100, .lines = 9, .omitted_bytes = 20, .counted = true};
  check_round_trip(result);
}

TEST_CASE("run record: each kind of end") {
  for (int i = 0; i <= static_cast<int>(model::Reason::supervisor_lost); ++i) {
    AttemptResult result = failure(static_cast<model::Reason>(i));
    CAPTURE(to_string(result.reason));
    result.status = result.reason == model::Reason::timeout ? model::Status::timed_out : model::Status::failed;
    result.signal = SIGSEGV;
    result.passed_limit = {model::Resource::cpu, 3'000'000'000, 1'000'000'000, model::LimitMeans::sampling, {}};
    result.spawn_failure = {"exec", EACCES, "./x y"};
    check_round_trip(result);
  }
}

TEST_CASE("run record: the sentence of the evidence, and the length of the silence") {
  AttemptResult result = failure(model::Reason::idle_timeout);
  result.silent = 2s;
  result.evidence.emplace();
  result.evidence->silent = 2s;
  const model::RecordedAttempt told = read_back(result);
  CHECK(told.evidence == sentence(*result.evidence));
  CHECK(describe(told.result) == describe(result));
}

TEST_CASE("run record: malformed members are skipped") {
  const RunRecord told = Runs().read(R"({"attempts": [1, {}], "settings": {"a": 1}, "attempts_omitted": {"first": 0},
    "status": "failed", "started_at": "yesterday", "pid": 1, "log": null, "labels": []})");
  CHECK(told.attempt_count() == 2);
  CHECK(told.settings.empty());
  CHECK(told.labels.empty());
  CHECK(told.started == model::read_date("2026-11-23T12:16:59Z"));  // the second of its id
}

TEST_CASE("run record: unknown counts are missing") {
  for (const char* number : {"9223372036854775807", "9223372036854", "-1", "-9223372036854775808", "1e9", "1.5"}) {
    CAPTURE(number);
    const std::string text = fmt::format(
        R"({{"attempts": [{{"number": 4294967297, "reason": "cpu_limit", "duration_ms": {0}, "cpu_user_ms": {0},
            "exit_code": -9223372036854775808, "limit_passed": {{"resource": "cpu", "used": {0}, "allowed": {0}}},
            "limits": [{{"resource": "cpu", "allowed": {0}}}]}}], "settings": {{"": "x"}},
            "status": "failed", "started_at": "", "pid": 1, "log": null}})",
        number);
    const RunRecord told = Runs().read(text);
    CHECK(told.settings.empty());
    REQUIRE(told.attempts.size() == 1);
    const AttemptResult& result = told.attempts.front().result;
    CHECK(result.number == 1);
    CHECK_FALSE(result.exit_code.has_value());
    CHECK(result.duration() == 0s);
    CHECK(result.usage.user == 0s);
    CHECK(result.limits.front().allowed == 0);
    CHECK(result.passed_limit->used == 0);
  }
}

}  // namespace
}  // namespace oversee::history
