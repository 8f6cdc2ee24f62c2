// Tests which runs are outdated, by made-up sizes and ages, and which file names are ours.
#include "history/retention.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace oversee::history {
namespace {

using namespace std::chrono_literals;

const model::WallTime kNow(std::chrono::sys_days(std::chrono::year(2026) / 11 / 27));

KeptRun run(std::string id, std::uint64_t bytes, model::Duration age) {
  return {.id = std::move(id), .bytes = bytes, .written = kNow - age};
}

// Short ids; choose_outdated() does not check their form.
const std::vector<KeptRun> kRuns{run("b", 100, 2h), run("d", 400, 4h), run("a", 50, 1h), run("c", 200, 3h)};

std::string chosen(const std::vector<KeptRun>& runs, const model::Retention& keep) {
  std::string ids;
  for (const std::size_t place : choose_outdated(runs, keep, kNow)) ids += runs[place].id;
  return ids;
}

TEST_CASE("retention: without a limit all runs stay") { CHECK(chosen(kRuns, {}).empty()); }

TEST_CASE("retention: nothing to choose from") { CHECK(chosen({}, {.runs = 0, .age = 1ns, .bytes = 1}).empty()); }

TEST_CASE("retention: runs with the oldest writes are too many, and come first") {
  CHECK(chosen(kRuns, {.runs = 4}).empty());
  CHECK(chosen(kRuns, {.runs = 3}) == "d");
  CHECK(chosen(kRuns, {.runs = 1}) == "dcb");
  CHECK(chosen(kRuns, {.runs = 0}) == "dcba");
}

TEST_CASE("retention: by age, past the limit but not at it") {
  CHECK(chosen(kRuns, {.age = 4h}).empty());
  CHECK(chosen(kRuns, {.age = 3h}) == "d");
  CHECK(chosen(kRuns, {.age = 1ns}) == "dcba");
}

TEST_CASE("retention: a date in the future is not old") { CHECK(chosen({run("a", 1, -240h)}, {.age = 1ns}).empty()); }

TEST_CASE("retention: by size, until the rest fits") {
  CHECK(chosen(kRuns, {.bytes = 750}).empty());
  CHECK(chosen(kRuns, {.bytes = 749}) == "d");
  CHECK(chosen(kRuns, {.bytes = 350}) == "d");
  CHECK(chosen(kRuns, {.bytes = 349}) == "dc");
}

TEST_CASE("retention: a run that is too large alone does not displace others") {
  const std::vector<KeptRun> runs{run("a", 50, 1h), run("b", 900, 2h), run("c", 50, 3h), run("d", 50, 4h)};
  CHECK(chosen(runs, {.bytes = 150}) == "b");
}

TEST_CASE("retention: the newest is never too large, and does not displace others") {
  const std::vector<KeptRun> runs{run("a", 900, 1h), run("b", 50, 2h), run("c", 50, 3h), run("d", 50, 4h)};
  CHECK(chosen(runs, {.bytes = 100}) == "d");
  CHECK(chosen(runs, {.bytes = 1}) == "dcb");
}

TEST_CASE("retention: sizes with a sum that overflows") {
  CHECK(chosen({run("a", UINT64_MAX - 1, 1h), run("b", UINT64_MAX - 1, 2h)}, {.bytes = UINT64_MAX - 1}) == "b");
}

TEST_CASE("retention: exceeding one limit is enough") {
  CHECK(chosen(kRuns, {.runs = 3, .age = 150min}) == "dc");
  CHECK(chosen(kRuns, {.runs = 3, .bytes = 150}) == "dc");
}

TEST_CASE("retention: of equal times the later id is newer") {
  CHECK(chosen({run("b", 1, 1h), run("c", 1, 1h), run("a", 1, 1h)}, {.runs = 1}) == "ab");
}

TEST_CASE("retention: an unchecked run counts as the newest, without an age") {
  std::vector<KeptRun> runs = kRuns;
  runs.push_back({.id = "e"});
  CHECK(chosen(runs, {.runs = 1}) == "dcba");
  CHECK(chosen(runs, {.age = 1ns}) == "dcba");
}

// This allows a cleaning turn to choose from the runs that it had time to see.
TEST_CASE("retention: from a subset no run is chosen that is not chosen from all") {
  std::mt19937 chance(7);
  const auto below = [&](std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(chance);
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<KeptRun> all;
    for (std::uint64_t i = below(12); i > 0; --i) {
      all.push_back(run(std::string(1, static_cast<char>('a' + i)), below(100), std::chrono::hours(below(20))));
    }
    const model::Retention keep{.runs = below(8), .age = std::chrono::hours(below(25)), .bytes = below(200)};
    std::vector<KeptRun> some;
    for (const KeptRun& each : all) {
      if (below(3) > 0) some.push_back(each);
    }
    const std::string of_all = chosen(all, keep);
    for (const char id : chosen(some, keep)) CHECK(of_all.contains(id));
  }
}

TEST_CASE("retention: files are recognized by name") {
  const auto kind = [](std::string_view name) {
    const auto file = read_file_name(name);
    if (!file) return "";
    CHECK((file->id.empty() || file->id == "20261123-121659-k3fa"));
    return file->kind == FileKind::record ? "record" : file->kind == FileKind::output ? "output" : "unfinished";
  };
  CHECK(kind("20261123-121659-k3fa.json") == std::string("record"));
  for (const char* name : {"20261123-121659-k3fa.log", "20261123-121659-k3fa.stdout", "20261123-121659-k3fa.stderr"}) {
    CHECK(kind(name) == std::string("output"));
  }
  for (const char* name : {".20261123-121659-k3fa.json.tmp", "..index.tmp", "oversee-a1B2c3"}) {
    CHECK(kind(name) == std::string("unfinished"));
  }
  for (const char* name : {"",
                           ".",
                           "..",
                           ".cleaned",
                           ".index",
                           "x.json",
                           "20261123-121659-k3fa",
                           "20261123-121659-k3fa.",
                           "20261123-121659-k3fa.txt",
                           "20261123-121659-k3fa.json~",
                           "20261123-121659-k3fa.json.tmp",
                           ".20261123-121659-k3fa.json",
                           "..20261123-121659-k3fa.json.tmp",
                           "20261123-121659-k3fa.log\n",
                           "20261123-121659-k3f\n.log",
                           "20261123-121659-K3FA.log",
                           "oversee-a1b2c",
                           "oversee-a1b2c3d",
                           "oversee-a1b2.3",
                           "oversee-0"}) {
    CHECK(kind(name) == std::string());
  }
}

}  // namespace
}  // namespace oversee::history
