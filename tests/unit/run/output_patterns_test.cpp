// Tests that patterns match the output as a terminal shows it.
#include "run/output_patterns.hpp"

#include <doctest/doctest.h>

namespace oversee::run {
namespace {

model::RetryPolicy asking_for(std::string_view pattern) {
  model::RetryPolicy policy;
  policy.on = *model::RetryCauses::parse("output:" + std::string(pattern));
  return policy;
}

bool matched(std::string_view pattern, std::string_view output) {
  OutputPatterns patterns(asking_for(pattern));
  for (std::size_t at = 0; at < output.size(); at += 7) {
    patterns.on(model::OutputArrived{model::Stream::out, output.substr(at, 7)}, {});
  }
  return patterns.wrote(pattern);
}

TEST_CASE("output patterns: a line ends where a terminal shows its end") {
  CHECK(matched("refused$", "connection refused\n"));
  CHECK(matched("refused$", "connection refused\r\n"));
  CHECK(matched("refused$", "connection refused\r"));
  CHECK(matched("^connection refused$", "\x1b[1;31mconnection\x1b[0m refused\x1b[K\r\nmore\r\n"));
  CHECK_FALSE(matched("\\r", "connection refused\r\n"));
}

TEST_CASE("output patterns: a redrawn line matches in its final form") {
  CHECK(matched("^100 %$", "10 %\r50 %\r100 %\n"));
  CHECK_FALSE(matched("50", "10 %\r50 %\r100 %\n"));
  CHECK(matched("^ok$", "failing\r\x1b[Kok\n"));
  CHECK_FALSE(matched("failing", "failing\r\x1b[Kok"));
}

TEST_CASE("output patterns: each attempt's output is separate") {
  OutputPatterns patterns(asking_for("ab"));
  patterns.on(model::OutputArrived{model::Stream::out, "a"}, {});
  patterns.on(model::AttemptStarted{.number = 2, .pid = 1}, {});
  patterns.on(model::OutputArrived{model::Stream::out, "b\n"}, {});
  CHECK_FALSE(patterns.wrote("ab"));
  patterns.on(model::OutputArrived{model::Stream::err, "a"}, {});
  patterns.on(model::OutputArrived{model::Stream::err, "b"}, {});
  CHECK(patterns.wrote("ab"));
}

}  // namespace
}  // namespace oversee::run
