// Tests refused settings: each with its place and the allowed values, and every contradiction.
#include <doctest/doctest.h>

#include <array>
#include <memory>

#include "settings/resolve.hpp"
#include "written_settings.hpp"

namespace oversee::settings {
namespace {

TEST_CASE("resolve: each error names the place, the text and the allowed form") {
  struct Case {
    std::string name;
    std::string text;
    std::string_view allowed;
  };
  const std::array cases{
      Case{"timeout", "soon", "a duration such as 90, 1.5s"},
      Case{"timeout", "-1", "a duration"},
      Case{"timeout", "", "a duration"},
      Case{"signal", "FOO", "a signal"},
      Case{"signal", "", "a signal"},
      Case{"kill-after", "x", "a duration"},
      Case{"stop", "TERM", "a duration behind each signal"},
      Case{"max-output", "much", "none"},
      Case{"max-output", "-1", "none"},
      Case{"summary", "sometimes", "always, failure or never"},
      Case{"clear-env", "maybe", "true or false"},
      Case{"no-log", "", "true or false"},
      Case{"preserve-status", "2", "true or false"},
      Case{"verbose", "TRUE ", "true or false"},
      Case{"shell-line", "", "not empty"},
      Case{"shell", "", "not empty"},
      Case{"script", "", "not empty"},
      Case{"interpreter", "", "not empty"},
      Case{"directory", "", "not empty"},
      Case{"stdin", "", "not empty"},
      Case{"log", "", "not empty"},
      Case{"log-dir", "", "not empty"},
      Case{"json", "", "not empty"},
      Case{"name", "", "not empty"},
      Case{"env", "", "a name, as in NAME or NAME=VALUE"},
      Case{"env", "=x", "a name"},
      Case{"env-file", "", "a name"},
      Case{"unset-env", "", "a name"},
      Case{"unset-env", "A=B", "a variable's name"},
      Case{"mask", "", "the name of a variable"},
      Case{"mask", "A=B", "the name of a variable"},
      Case{"mask", "//", "a regular expression between slashes"},
      Case{"mask", "/(/", "a regular expression as RE2 reads it"},
      Case{"mask-live", "maybe", "yes or no"},
  };
  for (const Case& c : cases) {
    Layer layer;
    layer.add(c.name, {c.text, "here:3:5"});
    const std::string message = refusal(layer);
    CAPTURE(c.name);
    CAPTURE(message);
    CHECK(message.starts_with("here:3:5: "));
    CHECK(holds(message, "'" + c.text + "'"));
    CHECK(holds(message, c.allowed));
  }
}

TEST_CASE("resolve: a dash is not a file") {
  for (const std::string name : {"log", "json"}) {
    const std::string message = refusal({{name, "-"}});
    CHECK(message.starts_with("--" + name + ": '-' is not a file"));
  }
}

TEST_CASE("resolve: contradictions of one source are refused, naming both") {
  struct Case {
    Written one;
    Written other;
  };
  const std::array cases{
      Case{{"shell-line", "x"}, {"script", "y"}},      Case{{"stop", "TERM:1s"}, {"signal", "INT"}},
      Case{{"stop", "TERM:1s"}, {"kill-after", "1s"}}, Case{{"log", "x"}, {"log-dir", "y"}},
      Case{{"no-log", "true"}, {"log", "x"}},          Case{{"no-log", "true"}, {"log-dir", "y"}},
      Case{{"pty", "true"}, {"no-log", "true"}},       Case{{"require-cgroup", "true"}, {"cgroup", "never"}},
  };
  for (const Case& c : cases) {
    for (const std::string& message : {refusal({c.one, c.other}), refusal({c.other, c.one})}) {
      CAPTURE(message);
      CHECK(holds(message, "--" + c.one.name));
      CHECK(holds(message, "--" + c.other.name));
      CHECK(holds(message, "exclude each other"));
    }
  }
}

TEST_CASE("resolve: an interpreter needs a script") {
  CHECK(holds(refusal({{"interpreter", "python3"}}), "--interpreter: it runs a script; name one by --script FILE"));
}

TEST_CASE("resolve: a run needs a command, in one of its forms") {
  const std::string message = refusal(Layer(), {});
  CHECK(holds(message, "no command"));
  CHECK(holds(message, "oversee [OPTIONS] -- COMMAND"));
  CHECK(refusal(flags({{"shell-line", "x"}}), {}).empty());
  CHECK(refusal(flags({{"script", "x"}}), {}).empty());
}

TEST_CASE("resolve: of several errors the first is reported, and nothing is run") {
  const std::string message = refusal({{"timeout", "x"}, {"signal", "y"}, {"summary", "z"}});
  CHECK(holds(message, "--timeout"));
  CHECK_FALSE(holds(message, "--signal"));
}

TEST_CASE("resolve: an unreadable limit names its setting and the allowed form") {
  CHECK(refusal({{"max-procs", "many"}}) ==
        "--max-procs: cannot read 'many'; expected a whole number such as 64, or none");
  CHECK(holds(refusal({{"max-memory", "2Gib"}}), "--max-memory: cannot read '2Gib'; expected a size"));
  CHECK(holds(refusal({{"max-cpu", "fast"}}), "--max-cpu: cannot read 'fast'"));
  CHECK(holds(refusal({{"max-files", "-1"}}), "--max-files: cannot read '-1'"));
  CHECK(holds(refusal({{"max-data", ""}}), "--max-data: "));
  CHECK(holds(refusal({{"core", "big"}}), "expected a size such as 64MiB, none, unlimited or inherit"));
  CHECK(holds(refusal({{"nice", "50"}}), "expected a whole number from -39 to 39"));
}

TEST_CASE("examine: all errors are reported, in the order of the settings") {
  const Resolution found = examine(flags({{"timeout", "x"}, {"retries", "-1"}, {"show", "liv"}}), {});
  REQUIRE(found.errors.size() == 4);
  CHECK(found.errors[0].message.starts_with("no command given"));
  CHECK(found.errors[1].message.starts_with("--timeout: cannot read 'x'"));
  CHECK(found.errors[2].message.starts_with("--retries: cannot read '-1'"));
  CHECK(found.errors[3].message == "--show: cannot read 'liv'; expected live, failure or never; did you mean 'live'?");
}

TEST_CASE("resolve: an error in a file includes the line") {
  const auto text = std::make_shared<const SourceText>("oversee.toml", "[defaults]\ntimeout = \"x\"\n");
  Layer layer;
  layer.add("timeout", {"x", "oversee.toml:2:11", Origin::file, "ci", {text, 2, 11}});
  const auto settings = resolve(layer, {"true"});
  REQUIRE_FALSE(settings.has_value());
  CHECK(settings.error().message.starts_with("oversee.toml:2:11: cannot read 'x'; expected a duration"));
  CHECK(settings.error().excerpt == "    timeout = \"x\"\n              ^\n");
}

TEST_CASE("resolve: a contradiction in a file names both settings") {
  Layer layer;
  layer.add("stop", {"INT:1s", "oversee.toml:2:8", Origin::file});
  layer.add("signal", {"INT", "oversee.toml:3:10", Origin::file});
  CHECK(refusal(layer) ==
        "'signal' (oversee.toml:3:10) and 'stop' (oversee.toml:2:8) exclude each other; give one of them");
}

TEST_CASE("resolve: a profile without a command is reported") {
  CHECK(refusal(flags({{"profile", "ci"}}), {}) ==
        "no command given, and profile 'ci' has none; write oversee -P ci -- COMMAND [ARG]...");
}

}  // namespace
}  // namespace oversee::settings
