// Tests layers: within a source the last value counts, of two the stronger wins over rivals too; variables as a source.
#include "settings/layer.hpp"

#include <doctest/doctest.h>

#include <array>

#include "settings/environment.hpp"

namespace oversee::settings {
namespace {

std::vector<std::string> texts(const Layer& layer, std::string_view name) {
  std::vector<std::string> list;
  for (const Given& given : layer.all(name)) list.push_back(given.text);
  return list;
}

using Texts = std::vector<std::string>;

TEST_CASE("layer: a value that was not given is absent") {
  const Layer layer;
  CHECK(layer.last("timeout") == nullptr);
  CHECK(layer.all("timeout").empty());
}

TEST_CASE("layer: the last of several values counts, and all are available in order") {
  Layer layer;
  layer.add("timeout", {"1s", "--timeout"});
  layer.add("timeout", {"2s", "-t"});
  REQUIRE(layer.last("timeout") != nullptr);
  CHECK(layer.last("timeout")->text == "2s");
  CHECK(layer.last("timeout")->where == "-t");
  CHECK(texts(layer, "timeout") == Texts{"1s", "2s"});
  CHECK(layer.last("signal") == nullptr);
}

TEST_CASE("layer: the stronger wins key by key, with its place") {
  Layer weak;
  weak.add("timeout", {"1s", "OVERSEE_TIMEOUT"});
  weak.add("name", {"weak", "OVERSEE_NAME"});
  Layer strong;
  strong.add("timeout", {"2s", "--timeout"});
  strong.add("json", {"x.json", "--json"});
  weak.override_with(strong);
  CHECK(weak.last("timeout")->text == "2s");
  CHECK(weak.last("timeout")->where == "--timeout");
  CHECK(weak.last("name")->where == "OVERSEE_NAME");
  CHECK(weak.last("json")->text == "x.json");
}

TEST_CASE("layer: masks of all sources add up, and an empty list removes none") {
  Layer weak;
  weak.add("mask", {"A_TOKEN", "oversee.toml:2:1"});
  Layer strong;
  strong.add("mask", {"/b+/", "--mask"});
  weak.override_with(strong);
  Layer none;
  none.add_none("mask");
  weak.override_with(none);
  CHECK(texts(weak, "mask") == Texts{"A_TOKEN", "/b+/"});
  CHECK(weak.overridden("mask").empty());
}

TEST_CASE("layer: a list replaces the weaker list") {
  Layer weak;
  weak.add("retry-on", {"timeout", "OVERSEE_RETRY_ON"});
  weak.add("retry-on", {"idle", "OVERSEE_RETRY_ON"});
  Layer strong;
  strong.add("retry-on", {"exit:3", "--retry-on"});
  weak.override_with(strong);
  CHECK(texts(weak, "retry-on") == Texts{"exit:3"});
}

TEST_CASE("layer: environment variables are merged, stronger after weaker") {
  Layer weak;
  weak.add("env", {"A=1", "OVERSEE_ENV"});
  weak.add("env", {"B=2", "OVERSEE_ENV"});
  Layer strong;
  strong.add("env", {"B=3", "--env"});
  weak.override_with(strong);
  CHECK(texts(weak, "env") == Texts{"A=1", "B=2", "B=3"});
  CHECK(weak.overridden("env").empty());
}

TEST_CASE("layer: an explicit none removes the values of weaker sources") {
  for (const std::string_view name : {"retry-on", "env"}) {
    CAPTURE(name);
    Layer weak;
    weak.add(name, {"A", "file"});
    Layer strong;
    strong.add_none(name);
    weak.override_with(strong);
    CHECK(weak.last(name) == nullptr);
    CHECK(weak.overridden(name).size() == 1);
  }
}

TEST_CASE("layer: overridden values are kept, weakest first, rivals too") {
  Layer layer;
  layer.add("timeout", {"1s", "a"});
  layer.add("kill-after", {"2s", "a"});
  Layer second;
  second.add("timeout", {"3s", "b"});
  Layer third;
  third.add("timeout", {"4s", "c"});
  third.add("stop", {"INT:1s", "c"});
  layer.override_with(second);
  layer.override_with(third);
  REQUIRE(layer.overridden("timeout").size() == 2);
  CHECK(layer.overridden("timeout")[0].where == "a");
  CHECK(layer.overridden("timeout")[1].where == "b");
  REQUIRE(layer.overridden("kill-after").size() == 1);
  CHECK(layer.overridden("kill-after")[0].text == "2s");
  CHECK(layer.overridden("stop").empty());

  Layer other;
  other.add("timeout", {"0", "z"});
  other.override_with(layer);
  CHECK(other.overridden("timeout").size() == 3);
}

TEST_CASE("layer: rivals of stronger values are removed") {
  Layer weak;
  weak.add("signal", {"INT", "OVERSEE_SIGNAL"});
  weak.add("kill-after", {"1s", "OVERSEE_KILL_AFTER"});
  weak.add("log", {"x.log", "OVERSEE_LOG"});
  weak.add("timeout", {"5s", "OVERSEE_TIMEOUT"});
  Layer strong;
  strong.add("stop", {"TERM:1s", "--stop"});
  strong.add("no-log", {"true", "--no-log"});
  weak.override_with(strong);
  CHECK(weak.last("signal") == nullptr);
  CHECK(weak.last("kill-after") == nullptr);
  CHECK(weak.last("log") == nullptr);
  CHECK(weak.last("stop")->text == "TERM:1s");
  CHECK(weak.last("timeout")->text == "5s");
}

TEST_CASE("layer: rivals of one source remain, to be refused later") {
  Layer weak;
  Layer strong;
  strong.add("stop", {"TERM:1s", "--stop"});
  strong.add("signal", {"INT", "--signal"});
  weak.override_with(strong);
  CHECK(weak.last("stop") != nullptr);
  CHECK(weak.last("signal") != nullptr);
}

TEST_CASE("layer: an empty one changes nothing") {
  Layer layer;
  layer.add("signal", {"INT", "--signal"});
  layer.override_with({});
  CHECK(layer.last("signal")->text == "INT");
}

Layer from(std::vector<std::string> environment) { return layer_from_environment(environment); }

TEST_CASE("environment: each setting has a variable, which is named as the origin") {
  for (const Setting& setting : table()) {
    const std::string name = variable_of(setting);
    CAPTURE(name);
    if (setting.scope == Scope::flag) continue;
    const Layer layer = from({"PATH=/bin", name + "=some=value", "HOME=/"});
    REQUIRE(layer.last(setting.name) != nullptr);
    CHECK(layer.last(setting.name)->text == "some=value");
    CHECK(layer.last(setting.name)->where == name);
  }
}

TEST_CASE("environment: other variables are ignored") {
  const Layer layer = from({"", "OVERSEE_", "OVERSEE_=", "OVERSEE_TIMEOUT", "OVERSEE_TIMEOUTS=1", "oversee_timeout=1",
                            "TIMEOUT=1", "XOVERSEE_TIMEOUT=1", "OVERSEE_LOG_FILE=/x", "OVERSEE_RUN_ID=1"});
  for (const Setting& setting : table()) CHECK(layer.last(setting.name) == nullptr);
}

TEST_CASE("environment: an empty variable counts as unset") {
  const Layer layer = from({"OVERSEE_TIMEOUT=", "OVERSEE_ENV=", "OVERSEE_NO_LOG="});
  for (const Setting& setting : table()) CHECK(layer.last(setting.name) == nullptr);
}

TEST_CASE("environment: a repeatable setting takes one value per line, others take all lines") {
  const Layer layer = from({"OVERSEE_ENV=A=1\n\nB=2\nC\n", "OVERSEE_SHELL_LINE=make\nmake install\n"});
  CHECK(texts(layer, "env") == Texts{"A=1", "B=2", "C"});
  CHECK(texts(layer, "shell-line") == Texts{"make\nmake install\n"});
}

TEST_CASE("layer: with CI=true the heartbeat is the weakest value") {
  const std::vector<std::string> ci{"CI=true"};
  CHECK(layer_from_environment(ci).last("heartbeat")->text == "1m");
  const std::vector<std::string> own{"OVERSEE_HEARTBEAT=5m", "CI=true"};
  CHECK(layer_from_environment(own).last("heartbeat")->text == "5m");
  const std::vector<std::string> other{"CI=1", "XCI=true"};
  CHECK(layer_from_environment(other).last("heartbeat") == nullptr);
}

TEST_CASE("environment: flag-only settings have no variable") {
  const std::array<std::string, 1> variables{"OVERSEE_EXPLAIN=1"};
  CHECK(layer_from_environment(variables).last("explain") == nullptr);
}

TEST_CASE("environment: an unknown OVERSEE_ variable is reported, with the nearest name") {
  const std::array<std::string, 5> variables{"OVERSEE_TIMOUT=5s", "OVERSEE_TIMEOUT=5s", "OVERSEE_RUN_ID=x",
                                             "OVERSEEN=1", "OVERSEE_XYZZY_FROBNICATION=1"};
  CHECK(unknown_variables(variables) == Texts{"OVERSEE_TIMOUT: no such setting; did you mean OVERSEE_TIMEOUT?",
                                              "OVERSEE_XYZZY_FROBNICATION: no such setting"});
}

}  // namespace
}  // namespace oversee::settings
