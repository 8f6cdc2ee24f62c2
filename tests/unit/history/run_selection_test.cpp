// Tests the selection among many runs: newest first, no more than requested, and no more records read than necessary.
#include "history/run_selection.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "model/date.hpp"
#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

using namespace std::chrono_literals;

const model::WallTime kNow = model::read_date("2026-11-23T13:00:00Z").value();

struct Runs {
  TemporaryDirectory parent;
  RunDirectory directory = RunDirectory::open(parent.path(), ::geteuid()).value();

  void write(const std::string& id, const std::string& text) const {
    write_text(directory.path_of(id + ".json"), text);
  }

  // Uses the layout of the real writer; `more` is a list of members, each followed by a comma.
  void add(const std::string& id, const std::string& started, const std::string& name, const std::string& status,
           const std::string& more = "") const {
    write(id, fmt::format("{{\n  \"name\": \"{}\",\n{}  \"pid\": 1,\n  \"started_at\": \"{}\",\n  \"host\": \"{}\",\n"
                          "  \"status\": \"{}\",\n  \"log\": null\n}}\n",
                          name, more, started, "elsewhere", status));
  }

  std::vector<std::string> ids(const RunChoice& choice, std::optional<std::size_t> most = {}) const {
    std::vector<std::string> found;
    for (const SelectedRun& run : select(choice, most).runs) found.push_back(run.record.id);
    return found;
  }

  Selection select(const RunChoice& choice, std::optional<std::size_t> most = {}) const {
    return select_runs(directory, choice, most, kNow).value();
  }
};

using Ids = std::vector<std::string>;

constexpr const char* kOld = "20261122-100000-aaaa";
constexpr const char* kFirst = "20261123-121659-zzzz";  // the first of two within one second
constexpr const char* kSecond = "20261123-121659-bbbb";
constexpr const char* kNewest = "20261123-125900-cccc";

struct FourRuns : Runs {
  FourRuns() {
    add(kOld, "2026-11-22T10:00:00.000Z", "backup", "failed", "  \"labels\": {\n    \"team\": \"core\"\n  },\n");
    add(kFirst, "2026-11-23T12:16:59.100Z", "test-a", "completed", "  \"flaky\": true,\n");
    add(kSecond, "2026-11-23T12:16:59.900Z", "test-b", "timed_out",
        "  \"labels\": {\n    \"team\": \"core\",\n    \"ci\": \"\"\n  },\n");
    add(kNewest, "2026-11-23T12:59:00.000Z", "backup", "running");
  }
};

TEST_CASE("run selection: newest first, within a second by the records") {
  const FourRuns runs;
  CHECK(runs.ids({}) == Ids{kNewest, kSecond, kFirst, kOld});
  CHECK(runs.ids({}, 2) == Ids{kNewest, kSecond});
  CHECK(runs.select({}, 2).older == 2);
  CHECK(runs.select({}, 1).older == 3);
  CHECK(runs.select({}, 4).older == 0);
  CHECK(runs.select({}).older == 0);
}

TEST_CASE("run selection: by status, name, label, time") {
  const FourRuns runs;
  CHECK(runs.ids({.statuses = {"failed", "timed_out"}}) == Ids{kSecond, kOld});
  CHECK(runs.ids({.statuses = {"flaky"}}) == Ids{kFirst});
  CHECK(runs.ids({.statuses = {"completed"}}) == Ids{kFirst});
  CHECK(runs.ids({.statuses = {"unknown"}}) == Ids{kNewest});  // on another host
  CHECK(runs.ids({.statuses = {"running"}}).empty());
  CHECK(runs.ids({.statuses = {"lost"}}).empty());
  CHECK(runs.ids({.name = "backup"}) == Ids{kNewest, kOld});
  CHECK(runs.ids({.name = "test-*"}) == Ids{kSecond, kFirst});
  CHECK(runs.ids({.name = "test-*", .exact_name = true}).empty());
  CHECK(runs.ids({.labels = {"team"}}) == Ids{kSecond, kOld});
  CHECK(runs.ids({.labels = {"team=core", "ci"}}) == Ids{kSecond});
  CHECK(runs.ids({.labels = {"ci="}}) == Ids{kSecond});
  CHECK(runs.ids({.labels = {"team=cor"}}).empty());
  CHECK(runs.ids({.since = kNow - 1h}) == Ids{kNewest, kSecond, kFirst});
  CHECK(runs.ids({.since = model::read_date("2026-11-23T12:16:59.500Z")}) == Ids{kNewest, kSecond});
  CHECK(runs.ids({.statuses = {"timed_out"}, .name = "backup"}).empty());
}

TEST_CASE("run selection: an empty record is about to start, and after a minute lost") {
  const Runs runs;
  runs.write("20261123-125930-aaaa", "");
  runs.write("20261123-125800-aaaa", "");
  const Selection all = runs.select({});
  REQUIRE(all.runs.size() == 2);
  CHECK(all.runs[0].status == "pending");
  CHECK(all.runs[0].lives());
  CHECK(all.runs[0].record.started == model::read_date("2026-11-23T12:59:30Z"));
  CHECK(all.runs[1].status == "lost");
  CHECK(runs.ids({.statuses = {"pending"}}) == Ids{"20261123-125930-aaaa"});
  CHECK(runs.ids({.statuses = {"lost"}}) == Ids{"20261123-125800-aaaa"});
  CHECK(runs.ids({.name = "backup"}).empty());
}

TEST_CASE("run selection: unreadable records are reported, and others are still selected") {
  const FourRuns runs;
  runs.write("20261123-121700-aaaa", "{");
  const Selection all = runs.select({});
  CHECK(all.runs.size() == 4);
  REQUIRE(all.unreadable.size() == 1);
  CHECK(describe(all.unreadable.front()).find("20261123-121700-aaaa.json") != std::string::npos);
  CHECK(runs.select({}, 1).unreadable.empty());
}

TEST_CASE("run selection: names with JSON escapes are found") {
  const Runs runs;
  runs.add(kNewest, "2026-11-23T12:59:00.000Z", "say \\\"hi\\\"", "completed");
  CHECK(runs.ids({.name = "say \"hi\""}) == Ids{kNewest});
  CHECK(runs.ids({.name = "say *"}) == Ids{kNewest});
}

}  // namespace
}  // namespace oversee::history
