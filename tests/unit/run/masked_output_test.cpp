// Output on its way: who sees which bytes, and what is learnt from it.
#include "run/masked_output.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "os/clock.hpp"

namespace oversee::run {
namespace {

struct Outcome {
  std::string shown;
  std::string kept;
  std::size_t values = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const std::vector<std::string>& pieces, bool shows_add_mask = true) {
  uv::Loop loop;
  MaskSettings settings{.learn = true, .shows_add_mask = shows_add_mask};
  Outcome outcome;
  MaskedOutput output(loop, settings, {[&](const model::Event& event, const model::Reading&, bool shown, bool kept) {
                        const auto& arrived = std::get<model::OutputArrived>(event);
                        if (shown) outcome.shown += arrived.bytes;
                        if (kept) outcome.kept += arrived.bytes;
                      }});
  for (const std::string& each : pieces) output.on(model::OutputArrived{model::Stream::out, each}, os::read_clock());
  output.finish(os::read_clock());
  outcome.values = settings.masks.values();
  return outcome;
}

TEST_CASE("masked output: a value that the command tells GitHub is masked from then on") {
  const std::string text = "sesame\n \t::add-mask::sesame\r\nopen sesame\nx ::add-mask::other\nother\n";
  const Outcome expected{"sesame\n \t::add-mask::sesame\r\nopen ***\nx ::add-mask::other\nother\n",
                         "sesame\n \t::add-mask::***\nopen ***\nx ::add-mask::other\nother\n", 1};
  for (std::size_t one = 0; one <= text.size(); ++one) {
    for (std::size_t two = one; two <= text.size(); ++two) {
      REQUIRE(outcome_of({text.substr(0, one), text.substr(one, two - one), text.substr(two)}) == expected);
    }
  }
}

TEST_CASE("masked output: where GitHub does not act on the line, its value is not shown") {
  const Outcome expected{"::add-mask::***\n***\n", "::add-mask::***\n***\n", 1};
  CHECK(outcome_of({"::add-mask::ses", "ame\nsesame\n"}, false) == expected);
}

TEST_CASE("masked output: values as GitHub's runner reads them") {
  CHECK(outcome_of({"::add-mask::50%25 off\n50% off\n"}).kept == "::add-mask::***\n***\n");
  CHECK(outcome_of({"::add-mask::first line%0Asecond line\nfirst line, second line\n"}).kept ==
        "::add-mask::***\n***, ***\n");
  CHECK(outcome_of({"::add-mask::\n::add-mask::abc\nabc\n"}).kept == "::add-mask::\n::add-mask::***\nabc\n");
  CHECK(outcome_of({"::add-mask::no newline"}) == Outcome{"::add-mask::no newline", "::add-mask::***", 1});
}

TEST_CASE("masked output: what is learnt is bounded") {
  std::string text;
  for (int i = 0; i < 1200; ++i) text += "::add-mask::value " + std::to_string(i) + "\n";
  CHECK(outcome_of({text}).values == 1000);
  const std::string long_value(AddMaskLines::kLongestValue + 1, 'v');
  const Outcome too_long = outcome_of({"::add-mask::" + long_value + "\n"});
  CHECK(too_long.kept == "::add-mask::***\n");
  CHECK(too_long.values == 0);
}

TEST_CASE("masked output: what may begin a match is passed on when nothing more comes") {
  uv::Loop loop;
  MaskSettings settings;
  (void)settings.masks.add_value("hunter2");
  std::string all;
  MaskedOutput output(loop, settings, {[&](const model::Event& event, const model::Reading&, bool, bool) {
                        all += std::get<model::OutputArrived>(event).bytes;
                        loop.stop();
                      }});
  output.on(model::OutputArrived{model::Stream::out, "hunt"}, os::read_clock());
  CHECK(all.empty());
  loop.run();
  CHECK(all == "hunt");
  output.on(model::OutputArrived{model::Stream::out, "er2\n"}, os::read_clock());
  CHECK(all == "hunt***\n");
}

TEST_CASE("masked output: a hook's output is masked as well") {
  uv::Loop loop;
  MaskSettings settings;
  (void)settings.masks.add_value("hunter2");
  std::string all;
  MaskedOutput output(loop, settings, {[&](const model::Event& event, const model::Reading&, bool, bool) {
                        all += std::get<model::UserLineOutput>(event).bytes;
                      }});
  constexpr auto kKind = model::UserLineKind::before_retry;
  output.on(model::UserLineOutput{kKind, "hunt"}, os::read_clock());
  output.on(model::UserLineOutput{kKind, "er2 hunt"}, os::read_clock());
  const model::UserLineResult result;
  output.on(model::UserLineEnded{kKind, &result}, os::read_clock());
  CHECK(all == "*** hunt");
}

}  // namespace
}  // namespace oversee::run
