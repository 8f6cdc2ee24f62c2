// Tests the removal of runs: which files are removed, which are kept, and when it is whose turn.
#include "history/cleaning.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "history/cleaning_turn.hpp"
#include "os/clock.hpp"
#include "os/descriptor.hpp"
#include "os/host.hpp"
#include "os/process_stat.hpp"
#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

using namespace std::chrono_literals;

struct Runs {
  TemporaryDirectory parent;
  RunDirectory directory = RunDirectory::open(parent.path(), ::geteuid()).value();

  std::string path(const std::string& name) const { return directory.path_of(name); }
  bool has(const std::string& name) const { return directory.look(name).has_value(); }
  std::size_t count() const { return directory.names()->size() - 2; }

  void age(const std::string& name, std::chrono::seconds age) const {
    const auto then = std::chrono::floor<std::chrono::seconds>(os::read_clock().wall - age).time_since_epoch().count();
    const timespec times[] = {{then, 0}, {then, 0}};
    REQUIRE(::utimensat(AT_FDCWD, path(name).c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
  }
  void write(const std::string& name, std::chrono::seconds old, const std::string& text = "") const {
    write_text(path(name), text);
    age(name, old);
  }
  void add(const std::string& id, std::chrono::seconds old, const std::string& status = "completed",
           int pid = 1) const {
    const auto own = os::process_stat(::getpid());
    const auto born = std::chrono::round<std::chrono::milliseconds>(own->born).count();
    write(id + ".json", old,
          fmt::format(R"({{"pid": {}, "pid_born_ms": {}, "host": "{}", "started_at": "2026-11-23T12:16:59.123Z",)"
                      R"( "name": "it", "status": "{}", "log": null}})",
                      pid, born, os::host_name(), status));
    write(id + ".log", old, "0123456789");
  }
  std::string clean(const model::Retention& keep, bool dry_run = false) const {
    const auto cleaned = history::clean(directory, {.keep = keep, .dry_run = dry_run});
    REQUIRE(cleaned.has_value());
    CHECK(cleaned->failures.empty());
    std::string ids;
    for (const RemovedRun& run : cleaned->runs) ids += run.id + ' ' + run.status + '\n';
    if (cleaned->stray_files > 0) ids += fmt::format("{} stray\n", cleaned->stray_files);
    return ids;
  }
};

constexpr const char* kOld = "20261101-000000-aaaa";
constexpr const char* kNew = "20261102-000000-aaaa";

TEST_CASE("cleaning: removes all files of a run, and only those") {
  const Runs runs;
  runs.add(kOld, 48h);
  runs.add(kNew, 1h);
  for (const char* suffix : {".stdout", ".stderr"}) runs.write(kOld + std::string(suffix), 48h, "x");
  runs.write(std::string(".") + kOld + ".json.tmp", 48h);
  for (const char* other : {"notes.txt", ".cleaned", "20261101-000000-aaaa.txt", "x.json"}) runs.write(other, 1000h);
  CHECK(runs.clean({.age = 24h}) == std::string(kOld) + " completed\n");
  CHECK(runs.count() == 6);
  CHECK(runs.has(kNew + std::string(".log")));
  CHECK(runs.clean({.age = 24h}).empty());
}

TEST_CASE("cleaning: a dry run reports the same and removes nothing") {
  const Runs runs;
  runs.add(kOld, 48h);
  runs.write(std::string(".") + kOld + ".json.tmp", 48h);
  runs.write("20261103-000000-aaaa.log", 48h);
  const std::string told = std::string(kOld) + " completed\n1 stray\n";
  CHECK(runs.clean({.age = 24h}, true) == told);
  CHECK(runs.count() == 4);
  CHECK(runs.clean({.age = 24h}) == told);
  CHECK(runs.count() == 0);
}

TEST_CASE("cleaning: live runs stay, lost ones are removed") {
  const Runs runs;
  runs.add(kOld, 48h, "running", ::getpid());
  runs.add("20261101-000001-aaaa", 48h, "pending", ::getpid());
  runs.add(kNew, 48h, "running", INT32_MAX);
  CHECK(runs.clean({.runs = 0}) == std::string(kNew) + " lost\n");
  CHECK(runs.count() == 4);
}

TEST_CASE("cleaning: an empty record belongs to a starting run until it is an hour old") {
  const Runs runs;
  runs.write(std::string(kNew) + ".json", 30min);
  runs.write(std::string(kOld) + ".json", 2h, "{\"half\": ");
  CHECK(runs.clean({.runs = 0}) == std::string(kOld) + " unknown\n");
  CHECK(runs.has(kNew + std::string(".json")));
}

TEST_CASE("cleaning: files without a record are judged by the newest") {
  const Runs runs;
  runs.write(std::string(kOld) + ".log", 2h);
  runs.write(std::string(kOld) + ".stdout", 2h);
  runs.write(std::string(kNew) + ".log", 2h);
  runs.write(std::string(kNew) + ".stdout", 30min);
  runs.write("oversee-a1B2c3", 2h);
  runs.write("oversee-a1B2c4", 30min);
  CHECK(runs.clean({}) == "3 stray\n");
  CHECK(runs.count() == 3);
}

TEST_CASE("cleaning: partly written files are removed separately") {
  const Runs runs;
  runs.add(kNew, 2h);
  runs.write(std::string(".") + kNew + ".json.tmp", 2h);
  CHECK(runs.clean({}) == "1 stray\n");
  CHECK(runs.count() == 2);
}

// A cleaner that is killed in between leaves a run that is listed and removed next time.
TEST_CASE("cleaning: the record is removed last") {
  const Runs runs;
  runs.add(kOld, 48h);
  for (const char* suffix : {".stdout", ".stderr"}) runs.write(kOld + std::string(suffix), 48h);
  const os::UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  REQUIRE(::inotify_add_watch(watch.get(), runs.directory.path().c_str(), IN_DELETE) >= 0);
  runs.clean({.age = 24h});
  alignas(inotify_event) char events[4096];
  const ssize_t size = ::read(watch.get(), events, sizeof events);
  std::vector<std::string> gone;
  for (ssize_t at = 0; at < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(events + at);
    gone.emplace_back(event->name);
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  REQUIRE(gone.size() == 4);
  CHECK(gone.back() == std::string(kOld) + ".json");
}

TEST_CASE("cleaning: a link is removed, its target stays") {
  const Runs runs;
  const std::string elsewhere = runs.parent.of("precious");
  write_text(elsewhere, "gold");
  runs.add(kOld, 48h);
  std::filesystem::remove(runs.path(kOld + std::string(".log")));
  std::filesystem::create_symlink(elsewhere, runs.path(kOld + std::string(".log")));
  runs.age(kOld + std::string(".log"), 48h);
  std::filesystem::create_symlink(elsewhere, runs.path(kNew + std::string(".json")));
  runs.age(kNew + std::string(".json"), 48h);
  CHECK(runs.clean({.age = 24h}) == std::string(kOld) + " completed\n" + kNew + " unknown\n");
  CHECK(runs.count() == 0);
  CHECK(text_of(elsewhere) == "gold");
}

TEST_CASE("cleaning: a directory belongs to no run") {
  const Runs runs;
  runs.add(kOld, 48h);
  std::filesystem::create_directory(runs.path(kNew + std::string(".json")));
  std::filesystem::create_directory(runs.path(kOld + std::string(".stdout")));
  for (const std::string& name : {kNew + std::string(".json"), kOld + std::string(".stdout")}) runs.age(name, 48h);
  CHECK(runs.clean({.runs = 0}) == std::string(kOld) + " completed\n");
  CHECK(runs.count() == 2);
}

TEST_CASE("cleaning: the remaining runs are counted") {
  const Runs runs;
  runs.add(kOld, 48h);
  runs.add(kNew, 1h, "running", ::getpid());
  const auto cleaned = clean(runs.directory, {.keep = {.runs = 0}});
  CHECK(cleaned->left == 1);
  CHECK(cleaned->left_bytes == 10 + std::filesystem::file_size(runs.path(kNew + std::string(".json"))));
  CHECK(cleaned->bytes == cleaned->runs.front().bytes);
}

TEST_CASE("cleaning: without time it does nothing and says so") {
  const Runs runs;
  runs.add(kOld, 48h);
  const auto cleaned = clean(runs.directory, {.keep = {.runs = 0}, .each_half = 0ns});
  CHECK_FALSE(cleaned->whole);
  CHECK(cleaned->runs.empty());
  CHECK(runs.count() == 2);
}

TEST_CASE("cleaning: the report in sentences") {
  Cleaned cleaned;
  CHECK(describe(cleaned) == "removed nothing; no run is left");
  cleaned = {.left = 1, .left_bytes = 2048};
  CHECK(describe(cleaned) == "removed nothing; 1 run is left, 2.0KiB");
  cleaned.runs.resize(12);
  cleaned.bytes = 3'600'000;
  cleaned.left = 5;
  CHECK(describe(cleaned) == "removed 12 runs, 3.4MiB; 5 are left, 2.0KiB");
  cleaned.stray_files = 1;
  CHECK(describe(cleaned) == "removed 12 runs and 1 stray file, 3.4MiB; 5 are left, 2.0KiB");
  cleaned.dry_run = true;
  cleaned.left = 0;
  CHECK(describe(cleaned) == "would remove 12 runs and 1 stray file, 3.4MiB; none would be left");
}

constexpr model::Retention kNone{.runs = 0};

TEST_CASE("cleaning turn: the first run takes it, then no other for an hour") {
  const Runs runs;
  runs.add(kOld, 48h);
  const auto first = take_cleaning_turn(runs.directory, kNone, "");
  REQUIRE(first.has_value());
  CHECK(first->runs.size() == 1);
  runs.add(kOld, 48h);
  CHECK_FALSE(take_cleaning_turn(runs.directory, kNone, "").has_value());
  runs.age(kCleaningStamp, 59min);
  CHECK_FALSE(take_cleaning_turn(runs.directory, kNone, "").has_value());
  runs.age(kCleaningStamp, 61min);
  CHECK(take_cleaning_turn(runs.directory, kNone, "").has_value());
  CHECK(runs.count() == 1);
}

TEST_CASE("cleaning turn: a stamp from the future is ignored") {
  const Runs runs;
  runs.write(kCleaningStamp, -24h);
  CHECK(take_cleaning_turn(runs.directory, kNone, "").has_value());
}

TEST_CASE("cleaning turn: never removes its own run") {
  const Runs runs;
  runs.add(kOld, 48h);
  CHECK(take_cleaning_turn(runs.directory, kNone, kOld)->runs.empty());
}

TEST_CASE("cleaning turn: none without a limit") {
  const Runs runs;
  CHECK_FALSE(take_cleaning_turn(runs.directory, {}, "").has_value());
  CHECK(runs.count() == 0);
}

TEST_CASE("cleaning turn: none while another process cleans") {
  const Runs runs;
  runs.write(kCleaningStamp, 2h);
  const os::UniqueFd other(::open(runs.path(kCleaningStamp).c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::flock(other.get(), LOCK_EX) == 0);
  CHECK_FALSE(take_cleaning_turn(runs.directory, kNone, "").has_value());
  REQUIRE(::flock(other.get(), LOCK_UN) == 0);
  CHECK(take_cleaning_turn(runs.directory, kNone, "").has_value());
}

TEST_CASE("cleaning turn: a stamp that is not a file is left alone") {
  const Runs runs;
  const std::string elsewhere = runs.parent.of("precious");
  std::filesystem::create_symlink(elsewhere, runs.path(kCleaningStamp));
  CHECK_FALSE(take_cleaning_turn(runs.directory, kNone, "").has_value());
  CHECK_FALSE(std::filesystem::exists(elsewhere));
}

}  // namespace
}  // namespace oversee::history
