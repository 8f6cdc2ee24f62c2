// Tests finding runs by typed text, and reading their records.
#include "history/run_lookup.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "history/run_id.hpp"
#include "history/run_record.hpp"
#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

struct Runs {
  TemporaryDirectory parent;
  RunDirectory directory = RunDirectory::open(parent.path(), ::geteuid()).value();

  void write(const std::string& name, const std::string& text) const { write_text(directory.path_of(name), text); }

  void add(const std::string& id, const std::string& started = "2026-11-23T12:16:59.123Z") const {
    write(id + ".json", R"({"pid": 42, "started_at": ")" + started + R"(", "status": "running", "log": null})");
  }

  // The error for a word that matches no run.
  std::string refused(std::string_view word) const {
    const auto found = find_run(directory, word);
    REQUIRE_FALSE(found.has_value());
    return describe(found.error());
  }
};

TEST_CASE("run lookup: ids are recognized by their form") {
  for (const char* good : {"20261123-121659-k3fa", "00000000-000000-2222", "20261123-121659-aaaz"})
    CHECK(is_run_id(good));
  for (const char* bad : {"", "20261123-121659-k3f", "20261123-121659-k3f22", "20261123-121659-k3f9",
                          "20261123-121659-K3FA", "2026112a-121659-aaaa", "20261123_121659-aaaa", "last"}) {
    CHECK_FALSE(is_run_id(bad));
  }
}

TEST_CASE("run lookup: lists exactly the runs with a record, oldest first") {
  const Runs runs;
  CHECK(list_runs(runs.directory)->empty());
  runs.add("20261123-121659-k3fa");
  runs.add("20251123-121659-zzzz");
  for (const char* other :
       {".20261123-121700-aaaa.json.tmp", "20261123-121701-aaaa.log", "x.json", "20261123-121701-aaaa.json~"}) {
    runs.write(other, "");
  }
  CHECK(list_runs(runs.directory) == std::vector<std::string>{"20251123-121659-zzzz", "20261123-121659-k3fa"});
}

TEST_CASE("run lookup: by an id or a unique prefix") {
  const Runs runs;
  runs.add("20261123-121659-k3fa");
  runs.add("20261123-121700-bbbb");
  runs.add("20251123-121659-zzzz");
  CHECK(find_run(runs.directory, "20261123-121659-k3fa") == "20261123-121659-k3fa");
  CHECK(find_run(runs.directory, "20261123-1216") == "20261123-121659-k3fa");
  CHECK(find_run(runs.directory, "2025") == "20251123-121659-zzzz");
}

TEST_CASE("run lookup: an ambiguous prefix lists its runs, newest first, at most five") {
  const Runs runs;
  for (const char letter : {'a', 'b', 'c'}) runs.add(std::string("20261123-121659-aaa") + letter);
  CHECK(runs.refused("2026") ==
        "cannot tell which run is meant: 2026; it may be 20261123-121659-aaac, 20261123-121659-aaab, "
        "20261123-121659-aaaa");
  for (const char letter : {'d', 'e', 'f', 'g'}) runs.add(std::string("20261123-121659-aaa") + letter);
  CHECK(runs.refused("2026").ends_with("20261123-121659-aaac and 2 more"));
}

TEST_CASE("run lookup: an unknown word suggests the nearest id") {
  const Runs runs;
  CHECK(runs.refused("last").starts_with("cannot find a run: " + runs.directory.path()));
  runs.add("20251123-121659-zzzz");
  runs.add("20261123-121659-k3fa");
  runs.add("20261124-121659-aaaa");
  CHECK(runs.refused("20261123-121659-k3fb") ==
        "cannot find the run: 20261123-121659-k3fb; no id begins so; the nearest is 20261123-121659-k3fa");
  CHECK(runs.refused("nonsense").ends_with("the nearest is 20261124-121659-aaaa"));
  CHECK(runs.refused("").ends_with("the nearest is 20261124-121659-aaaa"));
  CHECK(runs.refused("../20261124").ends_with("the nearest is 20261124-121659-aaaa"));
}

TEST_CASE("run lookup: \"last\" is the newest run, within a second by its record") {
  const Runs runs;
  runs.add("20251123-121659-zzzz", "2025-11-23T12:16:59.999Z");
  CHECK(find_run(runs.directory, "last") == "20251123-121659-zzzz");
  runs.add("20261123-121659-zzzz", "2026-11-23T12:16:59.001Z");
  runs.add("20261123-121659-mmmm", "2026-11-23T12:16:59.900Z");
  runs.add("20261123-121659-aaaa", "2026-11-23T12:16:59.500Z");
  CHECK(find_run(runs.directory, "last") == "20261123-121659-mmmm");
  runs.write("20261124-000000-aaaa.json", "");  // about to start
  CHECK(find_run(runs.directory, "last") == "20261124-000000-aaaa");
}

TEST_CASE("run lookup: the contents of a record") {
  const Runs runs;
  const std::string id = "20261123-121659-k3fa";
  runs.write(id + ".json", R"({"schema": 1, "pid": 4242, "started_at": "2026-11-23T12:16:59.123Z", "status": "failed",
    "command": ["a \"log\": {\"path\": \"/x\"}"], "attempts": [{"log": {"path": "/y"}}],
    "log": {"path": "/tmp/caf\u00e9.log", "format": "raw", "complete": false, "error": "No space left on device"}})");
  const auto record = read_record(runs.directory, id);
  REQUIRE(record.has_value());
  CHECK(record->pid == 4242);
  CHECK(record->status == "failed");
  CHECK(record->ended());
  CHECK(record->log_path == "/tmp/caf\xc3\xa9.log");
  CHECK(record->log_format == "raw");
  CHECK(record->log_error == "No space left on device");
  runs.add(id);
  CHECK_FALSE(read_record(runs.directory, id)->ended());
  CHECK(read_record(runs.directory, id)->log_path.empty());
}

TEST_CASE("run lookup: a file that is no record is refused, and no link is followed") {
  const Runs runs;
  const std::string id = "20261123-121659-k3fa";
  for (const char* text :
       {"", "{", "[]", "{}", R"({"status": "running"})", R"({"status": 1, "pid": 1, "started_at": "", "log": null})"}) {
    CAPTURE(text);
    runs.write(id + ".json", text);
    const auto record = read_record(runs.directory, id);
    REQUIRE_FALSE(record.has_value());
    CHECK(record.error().subject == runs.directory.path_of(id + ".json"));
  }
  ::unlink(runs.directory.path_of(id + ".json").c_str());
  CHECK(read_record(runs.directory, id).error().error == ENOENT);
  runs.add("20261123-121700-bbbb");
  REQUIRE(::symlink("20261123-121700-bbbb.json", runs.directory.path_of(id + ".json").c_str()) == 0);
  CHECK(read_record(runs.directory, id).error().error == ELOOP);
  ::unlink(runs.directory.path_of(id + ".json").c_str());
  REQUIRE(::mkfifo(runs.directory.path_of(id + ".json").c_str(), 0600) == 0);
  CHECK_FALSE(read_record(runs.directory, id).has_value());
}

// The error for opening the log of a record with this path; empty on success.
std::string open_log(const Runs& runs, const std::string& path, const std::string& format = "tagged") {
  RunRecord record;
  record.id = "20261123-121659-k3fa";
  record.log_path = path;
  record.log_format = format;
  const auto file = open_run_log(runs.directory, record);
  return file ? "" : describe(file.error());
}

TEST_CASE("run lookup: opens the run's own log, in the run directory or elsewhere") {
  const Runs runs;
  const std::string right = "# oversee 0.1.0  run 20261123-121659-k3fa\n# command   x\n";
  const std::string elsewhere = runs.parent.of("build.log");
  write_text(elsewhere, right);
  CHECK(open_log(runs, elsewhere).empty());
  write_text(elsewhere, "");
  CHECK(open_log(runs, elsewhere).empty());
  write_text(elsewhere, "# oversee 0.1.0  run 20261123-121700-bbbb\n");
  CHECK(open_log(runs, elsewhere).find("it is not that of 20261123-121659-k3fa") != std::string::npos);
  write_text(elsewhere, "something else\n");
  CHECK_FALSE(open_log(runs, elsewhere).empty());
  CHECK(open_log(runs, elsewhere, "raw").empty());
  ::unlink(elsewhere.c_str());
  CHECK(open_log(runs, elsewhere).ends_with("No such file or directory; it was removed"));
  CHECK(open_log(runs, "").find("--no-log") != std::string::npos);
  CHECK_FALSE(open_log(runs, "/dev/null").empty());
  REQUIRE(::mkfifo(elsewhere.c_str(), 0600) == 0);
  CHECK_FALSE(open_log(runs, elsewhere).empty());  // returns at once instead of waiting for a writer

  runs.write("20261123-121659-k3fa.log", right);
  CHECK(open_log(runs, "oversee-0/20261123-121659-k3fa.log").empty());  // a path relative to another directory
}

TEST_CASE("run lookup: finds the run's part in a shared log") {
  const Runs runs;
  const std::string path = runs.parent.of("shared.log");
  RunRecord record;
  record.id = "20261123-121659-k3fa";
  record.log_path = path;
  record.log_format = "tagged";
  const std::string other = "# oversee 0.1.0  run 20261123-121700-bbbb\n";
  const std::string long_line = "    0.001 out| " + std::string(200'000, 'x') + '\n';
  const std::string ours = "# oversee 0.1.0  run 20261123-121659-k3fa\n" + long_line;
  const std::string finished = "# finished  2026-11-23T12:17:00Z\n";
  const auto part = [&](const std::string& text) {
    write_text(path, text);
    const auto log = open_run_log(runs.directory, record);
    REQUIRE(log.has_value());
    return text.substr(log->begin, log->end == UINT64_MAX ? log->end : log->end - log->begin);
  };
  CHECK(part(other + long_line + finished + ours) == ours);
  CHECK(part(other + finished + ours + finished + other + finished) == ours + finished);
  CHECK(part(ours + finished + ours + finished) == ours + finished + ours + finished);
  // Of two concurrent runs neither loses a line.
  CHECK(part(ours + other + long_line + finished + long_line + finished + other) ==
        ours + other + long_line + finished + long_line + finished);
}

TEST_CASE("run lookup: a missing directory is not created") {
  const TemporaryDirectory parent;
  const auto found = RunDirectory::find(parent.path(), ::geteuid());
  REQUIRE(found.has_value());
  CHECK_FALSE(found->has_value());
  CHECK(std::filesystem::is_empty(parent.path()));
  REQUIRE(::symlink("/tmp", parent.of("oversee-" + std::to_string(::geteuid())).c_str()) == 0);
  const auto link = RunDirectory::find(parent.path(), ::geteuid());
  REQUIRE_FALSE(link.has_value());
  CHECK(link.error().refused);
}

}  // namespace
}  // namespace oversee::history
