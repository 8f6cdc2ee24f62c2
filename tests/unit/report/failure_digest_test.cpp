// Tests the digest: which lines are kept, made plain, and when they are printed.
#include "report/failure_digest.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "made_up_run.hpp"
#include "model/command_line.hpp"
#include "report/digest_text.hpp"
#include "report/plain_line.hpp"

namespace oversee::report {
namespace {

using namespace std::string_view_literals;
using model::ShowDigest;
using model::Stream;

struct Told {
  FailureDigest digest{FailureDigest::Of::failures};
  model::RunInfo info = made_up_run();

  void begin(int number = 1) { digest.on(model::AttemptStarted{number, 1}, after({})); }
  void write(std::string_view bytes, Stream stream = Stream::out) {
    digest.on(model::OutputArrived{stream, bytes}, after({}));
  }
  const Digest& end(model::AttemptResult result) {
    digest.on(model::AttemptFinished{&result}, result.finished);
    return digest.of(result.number);
  }
  const Digest& fail() { return end(made_up_exit(2)); }

  std::string printed(DigestLines::Place place, const std::vector<model::AttemptResult>& attempts) const {
    std::string text;
    DigestLines lines(place, digest, [&](std::string_view each) { text += each; });
    tell_end(lines, info, attempts);
    return text;
  }
};

std::vector<std::string> texts(const Digest& digest) {
  std::vector<std::string> all;
  for (const DigestLine& line : digest.last) all.push_back(line.text);
  return all;
}

TEST_CASE("digest: a line is made plain") {
  CHECK(plain_line("plain") == "plain");
  CHECK(plain_line("\x1b[31merror:\x1b[0m x\r") == "error: x");
  CHECK(plain_line("10 %\r50 %\r100 % done") == "100 % done");
  CHECK(plain_line("\tat main\a\0"sv) == "    at main");
  CHECK(plain_line("a\xff z\xc3\xa4") == "a\xef\xbf\xbd z\xc3\xa4");
  CHECK(plain_line("\x1b]0;title\a--- x  ") == "--- x");
  const std::string cut = plain_line(std::string(10'000, 'x'));
  CHECK(cut == std::string(kLongestPlainLine, 'x') + "...");
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "\xc3\xa4";
  CHECK(plain_line(wide).size() == kLongestPlainLine + 3);  // no character is split
}

TEST_CASE("digest: lines of both streams are ordered by their ends, in any pieces") {
  Told run;
  run.begin();
  run.write("o1\no2 ");
  run.write("e1\n", Stream::err);
  run.write("ends\n");
  run.write("no newline", Stream::err);
  const Digest& digest = run.fail();
  CHECK(texts(digest) == std::vector<std::string>{"o1", "e1", "o2 ends", "no newline"});
  CHECK(digest.last[1].stream == Stream::err);
  CHECK(digest.last[2].stream == Stream::out);
}

TEST_CASE("digest: the last twenty lines, without empty ones around them") {
  Told run;
  run.begin();
  for (int i = 0; i < 100; ++i) run.write(fmt::format("{}\n", i));
  run.write("\n\n \n");
  const Digest& digest = run.fail();
  REQUIRE(digest.last.size() == 20);
  CHECK(digest.last.front().text == "80");
  CHECK(digest.last.back().text == "99");
}

TEST_CASE("digest: of much output the last lines are exact and the first error is found at both ends") {
  for (const std::size_t piece : {7U, 80U, 4096U, 65536U, 200'000U}) {
    CAPTURE(piece);
    std::string output;
    for (int i = 0; i < 60'000; ++i) output += fmt::format("line {}\n", i);
    const std::string start = "a.c:1: error: at the start\n";
    for (const bool early : {true, false}) {
      Told run;
      run.begin();
      std::string all = early ? start + output : output + "b.c:1: error: at the end\nlast\n";
      for (std::string_view rest = all; !rest.empty();) {
        run.write(rest.substr(0, piece), Stream::out);
        rest.remove_prefix(std::min(piece, rest.size()));
      }
      const Digest& digest = run.fail();
      REQUIRE(digest.first_error);
      CHECK(digest.first_error->text == (early ? "a.c:1: error: at the start" : "b.c:1: error: at the end"));
      CHECK(digest.error_is_among_last() == !early);
      REQUIRE(digest.last.size() == 20);
      CHECK(digest.last.back().text == (early ? "line 59999" : "last"));
      CHECK(digest.last[5].text == (early ? "line 59985" : "line 59987"));
    }
  }
}

TEST_CASE("digest: a stream that ends early loses no partial lines to the other's flood") {
  Told run;
  run.begin();
  run.write("unfinished", Stream::err);
  const std::string flood(1000, 'x');
  for (int i = 0; i < 500; ++i) run.write(flood + '\n');
  run.write(" at last\nwhole\n", Stream::err);
  const auto lines = texts(run.fail());
  CHECK(lines.back() == "whole");
  for (int i = 0; i < 10'000; ++i) run.write("a\n", i % 2 == 0 ? Stream::out : Stream::err);  // many short turns
  CHECK(texts(run.fail()).size() == 20);
}

TEST_CASE("digest: each failed attempt has its own; a success has none unless requested") {
  Told run;
  for (int number = 1; number <= 100; ++number) {
    run.begin(number);
    run.write(fmt::format("attempt {}\n", number));
    auto result = made_up_exit(number == 100 ? 0 : 1);
    result.number = number;
    run.end(result);
  }
  CHECK(texts(run.digest.of(1)) == std::vector<std::string>{"attempt 1"});
  CHECK(texts(run.digest.of(99)) == std::vector<std::string>{"attempt 99"});
  CHECK(run.digest.of(50).last.empty());  // the number of digests is bounded
  CHECK(run.digest.of(100).last.empty());

  FailureDigest every(FailureDigest::Of::every_attempt);
  every.on(model::OutputArrived{Stream::out, "hi\n"}, after({}));
  const auto passed = made_up_exit(0);
  every.on(model::AttemptFinished{&passed}, passed.finished);
  CHECK(texts(every.of(1)) == std::vector<std::string>{"hi"});
}

TEST_CASE("digest: below shown output only an error that is out of sight is printed") {
  Told run;
  run.begin();
  run.write("a.c:1: error: here\n");
  run.fail();
  CHECK(run.printed({}, {made_up_exit(2)}).empty());
  run.begin();
  run.write("a.c:1: error: here\n");
  for (int i = 0; i < 20; ++i) run.write("more\n");
  run.fail();
  CHECK(run.printed({}, {made_up_exit(2)}) ==
        "oversee: first error: a.c:1: error: here\noversee: run again: make -j8 test\n");
  CHECK(run.printed({.show = ShowDigest::never}, {made_up_exit(2)}).empty());
  CHECK(run.printed({.summary = model::ShowSummary::never}, {made_up_exit(2)}).empty());
  CHECK(run.printed({.show = ShowDigest::always}, {made_up_exit(0)}).empty());
  auto cancelled = made_up_result(model::Status::cancelled, model::Reason::signal);
  CHECK(run.printed({}, {cancelled}).empty());
}

TEST_CASE("digest: hidden output is represented by its last lines") {
  Told run;
  run.begin();
  run.write("one\n::error::two\n");
  run.fail();
  CHECK(run.printed({.output_shown = false}, {made_up_exit(2)}) ==
        "oversee: last lines:\n  | one\n  | ::error::two\noversee: run again: make -j8 test\n");
  auto second = made_up_exit(2);
  second.number = 2;
  run.begin(2);
  run.write("again\n");
  run.end(second);
  CHECK(run.printed({.output_shown = false}, {made_up_exit(2), second})
            .starts_with("oversee: last lines of attempt 2:\n  | again\n"));
}

TEST_CASE("digest: the command to run again is quoted for a shell") {
  model::RunInfo info = made_up_run();
  info.argv = {"/bin/sh", "-c", "make 'all' | cat", "sh"};
  info.is_shell_line = true;
  CHECK(run_again(info) == R"(/bin/sh -c 'make '\''all'\'' | cat')");
  info.argv.emplace_back("arg");
  CHECK(run_again(info).ends_with("' sh arg"));
  info.argv = {"make"};
  info.is_shell_line = false;
  info.changed_directory = true;
  info.directory = "/a b";
  CHECK(run_again(info) == "cd '/a b' && make");
}

}  // namespace
}  // namespace oversee::report
