// Tests the markers of each CI service around one made-up run, by golden files; their places; and that none can be
// forged.
#include "report/ci_marks.hpp"

#include <doctest/doctest.h>

#include "golden.hpp"
#include "report/github_summary.hpp"
#include "told_run.hpp"

namespace oversee::report {
namespace {

using model::CiService;
using model::Reason;
using model::Status;
using model::Stream;

// The log of a CI step: the output and the markers.
class StepLog final : public model::ByteSink, public model::EventSink {
 public:
  std::string text;

  bool write(std::string_view bytes) override {
    text += bytes;
    return true;
  }
  bool idle() const override { return true; }
  void on(const model::Event& event, const model::Reading&) override {
    if (const auto* output = std::get_if<model::OutputArrived>(&event)) text += output->bytes;
  }
};

struct Marked : ToldRun {
  StepLog log;
  CiMarks marks;

  explicit Marked(CiService service, CiMarks::Place place = {.sink = nullptr, .print = {}, .holds_stdout = true})
      : marks(*ci_format(service), with(std::move(place)), digest) {
    tell(marks);
    tell(log);
  }
  CiMarks::Place with(CiMarks::Place place) {
    place.sink = &log;
    place.print = [this](std::string_view text) { log.text += text; };
    return place;
  }
  bool has(std::string_view part) const { return log.text.find(part) != std::string::npos; }
};

TEST_CASE("ci marks: a run of three attempts, its output hostile and without a last newline") {
  constexpr std::pair<CiService, const char*> kGolden[] = {{CiService::github, "github.txt"},
                                                           {CiService::gitlab, "gitlab.txt"},
                                                           {CiService::buildkite, "buildkite.txt"},
                                                           {CiService::teamcity, "teamcity.txt"},
                                                           {CiService::azure, "azure.txt"}};
  for (const auto& [service, name] : kGolden) {
    CAPTURE(name);
    Marked run(service);
    run.info.name = "make: [test] 100%, it's";
    run.start();
    run.attempt("cc a.c\na.c:1: error: x < y", "", made_up_exit(2));
    run.attempt("", "", made_up_result(Status::timed_out, Reason::timeout));
    run.attempt(kHostileOutput, "100%\n", made_up_exit(2));
    run.finish();
    CHECK(run.log.text == golden(name, run.log.text));
  }
}

TEST_CASE("ci marks: a flaky pass is a warning, unless disabled; a plain pass is nothing") {
  for (const bool warn : {true, false}) {
    Marked run(CiService::github, {.sink = nullptr, .print = {}});
    run.start();
    run.attempt("", "", made_up_exit(2));
    run.attempt("", "", made_up_exit(0));
    run.finish({.on_flaky = warn ? model::OnFlaky::warn : model::OnFlaky::pass});
    CHECK(run.has("::warning title=make is flaky::exit 0 after 1.5s in attempt 2 (attempt 1: exit 2)%0A") == warn);
    CHECK_FALSE(run.has("::error"));
  }
  Marked run(CiService::github);
  run.info.attempts = 1;
  run.start();
  run.attempt("well\n", "", made_up_exit(0));
  run.finish();
  CHECK(run.log.text == "::group::make\nwell\n::endgroup::\n");
}

TEST_CASE("ci marks: a cancelled run is not a problem") {
  Marked run(CiService::github);
  run.start();
  run.attempt("", "", made_up_result(Status::cancelled, Reason::signal));
  run.finish();
  CHECK_FALSE(run.has("::error"));
}

TEST_CASE("ci marks: without output there is no section, but a problem is still reported") {
  Marked run(CiService::github, {.sink = nullptr, .print = {}, .output_follows = false});
  run.start();
  run.attempt("held back\n", "", made_up_exit(2));
  run.finish();
  CHECK_FALSE(run.has("::group"));
  CHECK(run.has("::error title=make failed::exit 2 after 1.5s%0Alast lines:%0A  | held back%0A"));
}

TEST_CASE("ci marks: a section around buffered output, which may end within a line") {
  Marked run(CiService::github, {.sink = nullptr, .print = {}, .output_follows = false, .holds_stdout = true});
  run.start();
  run.marks.on(model::AttemptStarted{1, 1}, after({}));
  run.marks.on(model::OutputArrived{Stream::out, "no newline"}, after({}));
  run.marks.section_follows(after({}));
  run.log.text += "no newline";
  const auto result = made_up_exit(1);
  run.marks.on(model::AttemptFinished{&result}, after({}));
  CHECK(run.log.text == "::group::make, attempt 1 of 3\nno newline\n::endgroup::\n");
}

TEST_CASE("ci marks: only output to the same place affects line starts") {
  for (const bool together : {true, false}) {
    Marked run(CiService::gitlab, {.sink = nullptr, .print = {}, .holds_stdout = together});
    run.start();
    run.attempt("no newline", "", made_up_exit(1));
    CHECK(run.has("no newline\n\x1b[0Ksection_end") == together);
  }
  Marked run(CiService::github, {.sink = nullptr, .print = {}, .output_follows = false, .line_known = false});
  run.start();
  run.attempt("", "", made_up_exit(1));
  run.finish();
  CHECK(run.log.text.starts_with("\n::error "));
}

TEST_CASE("ci marks: GitHub markers are stopped while the command writes") {
  Marked run(CiService::github, {.sink = nullptr, .print = {}, .holds_stdout = true, .stop_token = "5ec7e7"});
  run.info.attempts = 1;
  run.start();
  run.attempt("::error::forged\nno newline", "", made_up_exit(0));
  run.finish();
  CHECK(run.log.text ==
        "::group::make\n::stop-commands::5ec7e7\n::error::forged\nno newline\n::5ec7e7::\n::endgroup::\n");
  Marked other(CiService::gitlab, {.sink = nullptr, .print = {}, .stop_token = "5ec7e7"});
  other.start();
  other.attempt("", "", made_up_exit(0));
  CHECK_FALSE(other.has("5ec7e7"));
}

TEST_CASE("ci marks: our lines contain no markers of other services") {
  CHECK(without_marks("a ##[error] ##vso[task.x] ##teamcity[y] ## title") ==
        "a ## [error] ## vso[task.x] ## teamcity[y] ## title");
}

TEST_CASE("ci marks: a long description is cut between characters at TeamCity's limit") {
  Marked run(CiService::teamcity);
  run.start();
  std::string output;
  for (int i = 0; i < 4000; ++i) output += i % 200 == 199 ? "\n" : "\xc3\xa4";
  run.attempt(output, "", made_up_exit(1));
  run.finish();
  const std::size_t start = run.log.text.find("description='") + 13;
  const std::size_t end = run.log.text.find("' identity='", start);
  CHECK(end - start < 4100);
  CHECK(run.log.text.substr(end - 2, 2) == "\xc3\xa4");
}

TEST_CASE("github summary: a row, with the table's head if the page does not end in the table") {
  const model::RunInfo info = made_up_run();
  const std::vector attempts{made_up_exit(2)};
  const model::RunFinished run{&info, &attempts, judge(attempts, {}), after(std::chrono::seconds(14))};
  const std::string first = github_summary_row(run, "");
  CHECK(first ==
        "| command | result | how it ended | attempts | time |\n|---|---|---|---:|---:|\n"
        "| make | failed | exit 2 after 12.0s | 1 | 14.0s |\n");
  const std::string row = github_summary_row(run, first);
  CHECK(row == "| make | failed | exit 2 after 12.0s | 1 | 14.0s |\n");
  CHECK(github_summary_row(run, first + row) == row);
  CHECK(github_summary_row(run, first + "\ntext |\n") == "\n" + first);
  CHECK(github_summary_row(run, "text") == "\n\n" + first);
}

}  // namespace
}  // namespace oversee::report
