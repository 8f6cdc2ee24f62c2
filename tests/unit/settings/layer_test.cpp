// Layers: the last of one source counts, the stronger of two wins, and rivals give way; variables as one such source.
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

TEST_CASE("layer: what was never given is not there") {
  const Layer layer;
  CHECK(layer.last("timeout") == nullptr);
  CHECK(layer.all("timeout").empty());
}

TEST_CASE("layer: the last of several counts, and all can be had in their order") {
  Layer layer;
  layer.add("timeout", {"1s", "--timeout"});
  layer.add("timeout", {"2s", "-t"});
  REQUIRE(layer.last("timeout") != nullptr);
  CHECK(layer.last("timeout")->text == "2s");
  CHECK(layer.last("timeout")->where == "-t");
  CHECK(texts(layer, "timeout") == Texts{"1s", "2s"});
  CHECK(layer.last("signal") == nullptr);
}

TEST_CASE("layer: the stronger wins key by key, with where it came from") {
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

TEST_CASE("layer: a list is taken over whole, not mixed") {
  Layer weak;
  weak.add("env", {"A=1", "OVERSEE_ENV"});
  weak.add("env", {"B=2", "OVERSEE_ENV"});
  Layer strong;
  strong.add("env", {"C=3", "--env"});
  weak.override_with(strong);
  CHECK(texts(weak, "env") == Texts{"C=3"});
}

TEST_CASE("layer: what contradicts the stronger gives way") {
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

TEST_CASE("layer: rivals of one source stand side by side, for somebody to refuse") {
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

TEST_CASE("environment: each setting has its variable, which is named as its origin") {
  for (const Setting& setting : table()) {
    const std::string name = variable_of(setting);
    CAPTURE(name);
    const Layer layer = from({"PATH=/bin", name + "=some=value", "HOME=/"});
    REQUIRE(layer.last(setting.name) != nullptr);
    CHECK(layer.last(setting.name)->text == "some=value");
    CHECK(layer.last(setting.name)->where == name);
  }
}

TEST_CASE("environment: what is no setting's variable is none") {
  const Layer layer = from({"", "OVERSEE_", "OVERSEE_=", "OVERSEE_TIMEOUT", "OVERSEE_TIMEOUTS=1", "oversee_timeout=1",
                            "TIMEOUT=1", "XOVERSEE_TIMEOUT=1", "OVERSEE_LOG_FILE=/x", "OVERSEE_RUN_ID=1"});
  for (const Setting& setting : table()) CHECK(layer.last(setting.name) == nullptr);
}

TEST_CASE("environment: an empty variable counts as unset") {
  const Layer layer = from({"OVERSEE_TIMEOUT=", "OVERSEE_ENV=", "OVERSEE_NO_LOG="});
  for (const Setting& setting : table()) CHECK(layer.last(setting.name) == nullptr);
}

TEST_CASE("environment: one line a value where a setting takes several, else the lines are the value's") {
  const Layer layer = from({"OVERSEE_ENV=A=1\n\nB=2\nC\n", "OVERSEE_SHELL_LINE=make\nmake install\n"});
  CHECK(texts(layer, "env") == Texts{"A=1", "B=2", "C"});
  CHECK(texts(layer, "shell-line") == Texts{"make\nmake install\n"});
}

TEST_CASE("layer: where CI=true, a heartbeat is the weakest word there is") {
  const std::vector<std::string> ci{"CI=true"};
  CHECK(layer_from_environment(ci).last("heartbeat")->text == "1m");
  const std::vector<std::string> own{"OVERSEE_HEARTBEAT=5m", "CI=true"};
  CHECK(layer_from_environment(own).last("heartbeat")->text == "5m");
  const std::vector<std::string> other{"CI=1", "XCI=true"};
  CHECK(layer_from_environment(other).last("heartbeat") == nullptr);
}

}  // namespace
}  // namespace oversee::settings
