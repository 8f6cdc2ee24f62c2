// Tests the lines of the index: what they say, which are ignored, and what a search does without one.
#include "history/run_index.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "history/run_selection.hpp"
#include "model/date.hpp"
#include "os/descriptor.hpp"
#include "temporary_directory.hpp"

namespace oversee::history {
namespace {

constexpr const char* kOld = "20261122-100000-aaaa";
constexpr const char* kNew = "20261123-121659-bbbb";

using Ids = std::vector<std::string>;

struct Runs {
  TemporaryDirectory parent;
  RunDirectory directory = RunDirectory::open(parent.path(), ::geteuid()).value();

  std::string index() const { return text_of(directory.path_of(kIndexName)); }
  void write_index(const std::string& text) const { write_text(directory.path_of(kIndexName), text); }

  // Stores a record as a run does at its end.
  void end(const std::string& id, const std::string& name, const std::string& status = "completed") const {
    const std::string text = document(name, status);
    REQUIRE(directory.replace(id + ".json", text).has_value());
    add_to_index(directory, id, text);
  }
  static std::string document(const std::string& name, const std::string& status) {
    return fmt::format(
        "{{\"name\": \"{}\", \"labels\": {{\"team\": \"a\\tb\"}}, \"pid\": 1, \"started_at\": \"\", "
        "\"status\": \"{}\", \"log\": null}}",
        name, status);
  }
  // Changes a record without a change of its line: a search that reads the record tells the difference.
  void rewrite_in_place(const std::string& id, const std::string& name) const {
    write_text(directory.path_of(id + ".json"), document(name, "completed"));
  }

  Ids ids(const RunChoice& choice) const {
    Ids found;
    const Selection selection = select_runs(directory, choice, {}, model::WallTime()).value();
    for (const SelectedRun& run : selection.runs) found.push_back(run.record.id);
    return found;
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    read_index(directory,
               [&](const IndexEntry& entry) { all.push_back(fmt::format("{} {}", entry.id, entry.name())); });
    return all;
  }
};

RunRecord record() {
  RunRecord record;
  record.id = kNew;
  record.status = "failed";
  record.flaky = true;
  record.name = "a\tb\\t\nc";
  record.labels = {{"k", ""}, {"t\ta", "x=y"}};
  return record;
}

std::vector<std::string> labels_of(const IndexEntry& entry) {
  std::vector<std::string> all;
  (void)entry.any_label([&](std::string_view label) { return all.emplace_back(label).empty(); });
  return all;
}

std::string inner(const std::string& line) { return line.substr(1, line.size() - 2); }

TEST_CASE("run index: a line reads back as it was written") {
  const std::string line = index_line(record(), 42);
  REQUIRE(line.size() > 2);
  CHECK(line.front() == '\n');
  CHECK(line.find('\n', 1) == line.size() - 1);
  const std::string text = inner(line);
  const auto entry = parse_index_line(text);
  REQUIRE(entry.has_value());
  CHECK(entry->id == kNew);
  CHECK(entry->inode == 42);
  CHECK(entry->status == "failed");
  CHECK(entry->flaky);
  CHECK(entry->name() == record().name);
  CHECK(labels_of(*entry) == std::vector<std::string>{"k=", "t\ta=x=y"});
  RunRecord plain;
  plain.id = kOld;
  plain.status = "completed";
  const std::string shortest = inner(index_line(plain, 1));
  REQUIRE(parse_index_line(shortest).has_value());
  CHECK(parse_index_line(shortest)->name().empty());
  CHECK(labels_of(*parse_index_line(shortest)).empty());
}

TEST_CASE("run index: a torn line is none, wherever it is cut") {
  const std::string text = inner(index_line(record(), 42));
  REQUIRE(parse_index_line(text).has_value());
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_index_line(std::string_view(text).substr(0, size)).has_value());
    CHECK_FALSE(parse_index_line(std::string_view(text).substr(text.size() - size)).has_value());
  }
}

TEST_CASE("run index: foreign lines are ignored") {
  const std::string start = fmt::format("{}\t", kNew);
  CHECK(parse_index_line(start + "7\tfailed\t-\tname\t.").has_value());
  for (const char* rest :
       {"0\tfailed\t-\tname\t.", "-7\tfailed\t-\tname\t.", "7x\tfailed\t-\tname\t.", "\tfailed\t-\tname\t.",
        "7\t\t-\tname\t.", "7\tfailed\tyes\tname\t.", "7\tfailed\t-\t.", "7\tfailed\t-\tname\t",
        "7\tfailed\t-\tname\t;", "18446744073709551616\tfailed\t-\tname\t."}) {
    CAPTURE(rest);
    CHECK_FALSE(parse_index_line(start + rest).has_value());
  }
  CHECK_FALSE(parse_index_line("20261123\t7\tfailed\t-\tname\t.").has_value());
}

TEST_CASE("run index: a run with a very long name has no line") {
  RunRecord longest = record();
  longest.name = std::string(900, 'x');
  CHECK_FALSE(index_line(longest, 1).empty());
  longest.name += std::string(200, 'x');
  CHECK(index_line(longest, 1).empty());
}

TEST_CASE("run index: only the record of an ended run gets a line") {
  const Runs runs;
  runs.end(kOld, "it", "running");
  runs.end(kOld, "it", "pending");
  add_to_index(runs.directory, kNew, Runs::document("it", "completed"));  // there is no such record
  CHECK_FALSE(runs.directory.look(kIndexName).has_value());
  runs.end(kOld, "it");
  add_to_index(runs.directory, kOld, Runs::document("another", "completed"));  // not the stored one
  CHECK(runs.lines() == std::vector<std::string>{std::string(kOld) + " it"});
  struct stat status {};
  REQUIRE(::stat(runs.directory.path_of(kIndexName).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("run index: a search does not read the record of a run that its line excludes") {
  const Runs runs;
  runs.end(kOld, "backup");
  runs.end(kNew, "test", "failed");
  CHECK(runs.ids({.name = "backup"}) == Ids{kOld});
  CHECK(runs.ids({.statuses = {"failed"}}) == Ids{kNew});
  CHECK(runs.ids({.labels = {"team=a\tb"}}) == Ids{kNew, kOld});
  CHECK(runs.ids({.labels = {"team=a"}}).empty());
  runs.rewrite_in_place(kNew, "backup");
  CHECK(runs.ids({.name = "backup"}) == Ids{kOld});
  CHECK(runs.ids({.name = "test"}).empty());  // what is selected comes from the record
  runs.write_index("");
  CHECK(runs.ids({.name = "backup"}) == Ids{kNew, kOld});
}

TEST_CASE("run index: the line of a record that was replaced does not count") {
  const Runs runs;
  runs.end(kOld, "test");
  CHECK(runs.ids({.name = "backup"}).empty());
  REQUIRE(runs.directory.replace(std::string(kOld) + ".json", Runs::document("backup", "completed")).has_value());
  CHECK(runs.ids({.name = "backup"}) == Ids{kOld});
  runs.end(kOld, "backup");
  CHECK(runs.ids({.name = "backup"}) == Ids{kOld});
  CHECK(runs.ids({.name = "test"}).empty());
}

TEST_CASE("run index: rubbish, torn lines and repeated lines around good ones") {
  const Runs runs;
  runs.end(kOld, "backup");
  runs.end(kNew, "test");
  const std::string good = runs.index();
  const std::vector<std::string> lines = runs.lines();
  REQUIRE(lines.size() == 2);
  const auto torn = [&](std::size_t size) { return good.substr(0, size); };
  for (const std::string& before : {std::string("rubbish\n\n\t\t\t."), torn(30), torn(good.size() / 2 - 2),
                                    std::string(300'000, 'x'), std::string(5000, '\0')}) {
    runs.write_index(before + good);
    CHECK(runs.lines() == lines);
    CHECK(runs.ids({.name = "backup"}) == Ids{kOld});
  }
  runs.write_index(good + torn(good.size() / 2 - 2));
  CHECK(runs.lines() == lines);
  runs.write_index(good + good);
  CHECK(runs.lines().size() == 4);
  CHECK(runs.ids({.name = "test"}) == Ids{kNew});
}

TEST_CASE("run index: lines beyond one read are all read") {
  const Runs runs;
  runs.end(kOld, "backup");
  const std::string good = runs.index();
  std::string many;
  while (many.size() < 1'000'000) many += good;
  runs.write_index(many);
  CHECK(runs.lines().size() == many.size() / good.size());
}

TEST_CASE("run index: an index that cannot be trusted or read is ignored, and replaced by a cleaning") {
  const Runs runs;
  runs.end(kOld, "backup");
  const std::string path = runs.directory.path_of(kIndexName);
  const std::string elsewhere = runs.parent.of("elsewhere");
  std::filesystem::rename(path, elsewhere);
  const std::string before = text_of(elsewhere);
  std::filesystem::create_symlink(elsewhere, path);
  CHECK(runs.lines().empty());
  runs.end(kNew, "test");
  CHECK(text_of(elsewhere) == before);
  CHECK(runs.ids({.name = "test"}) == Ids{kNew});
  compact_index(runs.directory, [](std::string_view) { return true; });
  CHECK_FALSE(runs.directory.look(kIndexName).has_value());
  CHECK(text_of(elsewhere) == before);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  runs.end(kNew, "test");
  CHECK(runs.ids({.name = "test"}) == Ids{kNew});
  compact_index(runs.directory, [](std::string_view) { return true; });
  runs.end(kNew, "test");
  CHECK(runs.lines().size() == 1);
}

TEST_CASE("run index: compacted, it has the lines of the runs that stay") {
  const Runs runs;
  runs.end(kOld, "backup");
  runs.end(kNew, "test");
  const auto before = runs.directory.look(kIndexName);
  compact_index(runs.directory, [](std::string_view) { return true; });
  CHECK(runs.directory.look(kIndexName)->inode == before->inode);  // nothing to do
  runs.write_index(runs.index() + "rubbish\n");
  {
    const os::UniqueFd other = runs.directory.open_to_read(kIndexName).value();
    REQUIRE(::flock(other.get(), LOCK_EX) == 0);
    compact_index(runs.directory, [](std::string_view) { return false; });
    CHECK(runs.lines().size() == 2);  // another cleaner is at work
  }
  compact_index(runs.directory, [](std::string_view id) { return id == kNew; });
  CHECK(runs.index() == inner(index_line(
                            [] {
                              RunRecord kept;
                              kept.id = kNew;
                              kept.name = "test";
                              kept.status = "completed";
                              kept.labels = {{"team", "a\tb"}};
                              return kept;
                            }(),
                            runs.directory.look(std::string(kNew) + ".json")->inode)) +
                            '\n');
  compact_index(runs.directory, [](std::string_view) { return false; });
  CHECK_FALSE(runs.directory.look(kIndexName).has_value());
}

}  // namespace
}  // namespace oversee::history
