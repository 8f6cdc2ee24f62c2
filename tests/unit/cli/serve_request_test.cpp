// Tests the requests of `oversee serve`, and the errors for wrong ones.
#include "cli/serve_request.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace oversee::cli {
namespace {

using Words = std::vector<std::string>;

RunRequest run_of(std::string_view members) {
  const auto request = read_request(fmt::format(R"({{"id": "r", "op": "run", {}}})", members));
  CAPTURE(members);
  const std::string problem = request ? "" : request.error().sentence;
  CAPTURE(problem);
  REQUIRE(request);
  REQUIRE(std::holds_alternative<RunRequest>(*request));
  return std::get<RunRequest>(*request);
}

// The error for the whole line.
RequestError error_of(std::string_view line) {
  const auto request = read_request(line);
  CAPTURE(line);
  REQUIRE_FALSE(request);
  return request.error();
}

std::string refusal_of(std::string_view members) {
  const RequestError error = error_of(fmt::format(R"({{"id": "r", "op": "run", {}}})", members));
  CHECK(error.id == "r");
  return error.sentence;
}

TEST_CASE("serve request: a command has three forms") {
  const RunRequest plain = run_of(R"("argv": ["make", "-j", "8"])");
  CHECK(plain.id == "r");
  CHECK(plain.flags == Words{"--stdin=null"});
  CHECK(plain.words == Words{"make", "-j", "8"});
  CHECK(plain.output);

  const RunRequest shell = run_of(R"("shell": "echo \"$1\"", "args": ["a b"])");
  CHECK(shell.flags == Words{"--shell-line=echo \"$1\"", "--stdin=null"});
  CHECK(shell.words == Words{"a b"});

  const RunRequest script = run_of(R"("script": "build.sh", "output": false, "stdin": "data.txt")");
  CHECK(script.flags == Words{"--script=build.sh", "--stdin=data.txt"});
  CHECK(script.words.empty());
  CHECK_FALSE(script.output);
}

TEST_CASE("serve request: a profile can supply the command") {
  const RunRequest run = run_of(R"("settings": {"profile": "ci"})");
  CHECK(run.flags == Words{"--stdin=null", "--profile=ci"});
  CHECK(run.words.empty());
}

TEST_CASE("serve request: members beside the command become flags") {
  const RunRequest run = run_of(
      R"("argv": ["a"], "env": {"A": "1", "B": ""}, "directory": "/x", "timeout": 1.5, "labels": {"k": "v"}, "name": "n")");
  CHECK(run.flags ==
        Words{"--env=A=1", "--env=B=", "--directory=/x", "--timeout=1.5", "--label=k=v", "--name=n", "--stdin=null"});
}

TEST_CASE("serve request: settings have the types of a settings file") {
  const auto flags = [](std::string_view settings) {
    Words words = run_of(fmt::format(R"("argv": ["a"], "settings": {{{}}})", settings)).flags;
    words.erase(words.begin());
    return words;
  };
  CHECK(flags(R"("retries": 2, "kill-after": "5s", "total-timeout": 90)") ==
        Words{"--retries=2", "--kill-after=5s", "--total-timeout=90"});
  CHECK(flags(R"("max-procs": "none", "max-memory": 1048576, "signal": 15)") ==
        Words{"--max-procs=none", "--max-memory=1048576", "--signal=15"});
  CHECK(flags(R"("no-log": true)") == Words{"--no-log"});
  CHECK(flags(R"("retry-on": ["timeout", "exit:75"], "unset-env": "A")") ==
        Words{"--retry-on=timeout", "--retry-on=exit:75", "--unset-env=A"});
  CHECK(flags(R"("ok-exit": [3, "75-78"])") == Words{"--ok-exit=3,75-78"});
  CHECK(flags(R"("ok-exit": 3)") == Words{"--ok-exit=3"});
  CHECK(flags(R"("env": ["A=1"], "label": {"k": "v"})") == Words{"--env=A=1", "--label=k=v"});
  CHECK(flags(R"("log": "-odd name")") == Words{"--log=-odd name"});
}

TEST_CASE("serve request: settings of another type are refused") {
  for (const std::string_view settings :
       {R"("retries": "2")", R"("retries": 1.5)", R"("retries": [1])", R"("no-log": false)", R"("no-log": "true")",
        R"("timeout": true)", R"("timeout": ["1s"])", R"("log": 3)", R"("log": ["a"])", R"("log": null)",
        R"("env": {"A": 1})", R"("env": 1)", R"("retry-on": [1])", R"("ok-exit": [[1]])", R"("max-memory": 1.5)",
        R"("show": true)"}) {
    CAPTURE(settings);
    CHECK_FALSE(
        read_request(fmt::format(R"({{"id": "r", "op": "run", "argv": ["a"], "settings": {{{}}}}})", settings)));
  }
  CHECK(refusal_of(R"("argv": ["a"], "settings": {"retries": "x"})") ==
        R"('settings.retries': expected a whole number, or "none")");
  CHECK(refusal_of(R"("argv": ["a"], "timeout": [])") ==
        R"('timeout': expected a time such as "90s", or a number of seconds)");
  CHECK(refusal_of(R"("argv": ["a"], "settings": {"retrys": 1})") ==
        "no such setting: 'retrys'; did you mean 'retries'?");
  CHECK(refusal_of(R"("argv": ["a"], "settings": {"show": "live"})") ==
        "'settings.show' is not for a run of serve: what the command prints comes as events");
  CHECK(refusal_of(R"("argv": ["a"], "settings": {"retries": 1, "retries": 2})") ==
        "'settings.retries' is given twice");
  CHECK(refusal_of(R"("argv": ["a"], "labels": {}, "settings": {"label": {}})") ==
        "'labels' and 'settings.label' are one setting; give one of them");
}

TEST_CASE("serve request: an invalid command is refused") {
  const std::string needs = "a run needs one of \"argv\", \"shell\" and \"script\", or a profile that has a command";
  CHECK(refusal_of(R"("name": "x")") == needs);
  CHECK(refusal_of(R"("argv": ["a"], "shell": "b")") == needs);
  CHECK(refusal_of(R"("argv": [])") == "'argv' is empty; its first text is the program");
  CHECK(refusal_of(R"("argv": "make test")") == "'argv': expected a list of texts");
  CHECK(refusal_of(R"("argv": ["a", 1])") == "'argv': expected a list of texts");
  CHECK(refusal_of(R"("argv": ["a"], "args": ["b"])") ==
        "'args' goes with \"shell\" or \"script\"; \"argv\" has its own");
  CHECK(refusal_of(R"("shell": "")") == "'shell': expected a text that is not empty");
  CHECK(refusal_of(R"("argv": ["a"], "output": "no")") == "'output': expected true or false");
  CHECK(refusal_of(R"("argv": ["a"], "stdin": "inherit")") ==
        "'stdin': oversee's own brings the requests; expected \"null\" or a file's name");
  CHECK(refusal_of(R"("argvs": ["a"])") == "no such key here: 'argvs'; did you mean 'argv'?");
  CHECK(refusal_of(R"("argv": ["a"], "argv": ["b"])") == "'argv' is given twice");
  CHECK(refusal_of(fmt::format(R"("argv": ["{}"])", std::string(128 * 1024, 'x'))) ==
        "a text in it has more than the 128 KiB that the kernel takes as one argument of a program");
  CHECK(refusal_of(R"("argv": ["a\u0000b"])") == "a text in it has a NUL, which no argument can have");
}

TEST_CASE("serve request: the other requests") {
  const auto cancel = read_request(R"({"id": "c", "op": "cancel", "run": "r"})");
  REQUIRE(cancel);
  CHECK(std::get<CancelRequest>(*cancel).run == "r");
  CHECK(id_of(*cancel) == "c");
  CHECK(std::get<StatusRequest>(*read_request(R"({"id": "s", "op": "status", "run": "r"})")).run == "r");
  CHECK_FALSE(std::get<StatusRequest>(*read_request(R"({"op": "status", "id": "s"})")).run);
  CHECK(std::holds_alternative<ListRequest>(*read_request("{\"id\":\"l\",\"op\":\"list\"}\r")));

  CHECK(error_of(R"({"id": "c", "op": "cancel"})").sentence == "a cancel needs the \"run\" that it ends");
  CHECK(error_of(R"({"id": "s", "op": "status", "run": 1})").sentence == "'run': expected a text that is not empty");
  CHECK(error_of(R"({"id": "l", "op": "list", "run": "r"})").sentence == "no such key here: 'run'");
}

TEST_CASE("serve request: an invalid line") {
  const auto sentence = [](std::string_view line) {
    const RequestError error = error_of(line);
    CHECK(error.id.empty());
    return error.sentence;
  };
  CHECK(sentence("nope").starts_with("not JSON; "));
  CHECK(sentence("{\"id\": \"a\"").starts_with("not JSON; "));
  CHECK(sentence("[1]") == "a request is an object");
  CHECK(sentence(std::string_view("{\0}", 3)) == "a NUL byte is in the line");
  CHECK(sentence("{\"id\": \"\xff\"}") == "the line is not UTF-8, as JSON is");
  CHECK(sentence("{}") == "a request needs an \"id\", by which its answers can be told");
  CHECK(sentence(R"({"id": 1, "op": "list"})") == "'id': expected a text of 1 to 256 bytes");
  CHECK(sentence(fmt::format(R"({{"id": "{}", "op": "list"}})", std::string(257, 'x'))) ==
        "'id': expected a text of 1 to 256 bytes");

  CHECK(error_of(R"({"id": "a"})").sentence == "a request needs an \"op\": run, cancel, status, list");
  CHECK(error_of(R"({"id": "a", "op": "lst"})").sentence == "'op': no such request: 'lst'; did you mean 'list'?");
  CHECK(error_of(R"({"id": "a", "op": "frobnicate"})").sentence ==
        "'op': no such request: 'frobnicate'; there are run, cancel, status, list");
  CHECK(error_of(R"({"id": "a", "op": "lst"})").id == "a");
  CHECK(error_of(fmt::format(R"({{"id": "a", "op": "{}"}})", std::string(1000, 'x'))).sentence.size() < 200);
}

}  // namespace
}  // namespace oversee::cli
