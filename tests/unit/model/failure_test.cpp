// Tests the sentence of a failure.
#include "model/failure.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace oversee::model {
namespace {

TEST_CASE("failure: the sentence says what was done, to what, why it failed and what to do next") {
  const std::string no_such_file = std::strerror(ENOENT);
  CHECK(describe(Failure{"open the log", ENOENT, "/x/y", "create the directory first"}) ==
        "cannot open the log: /x/y: " + no_such_file + "; create the directory first");
  CHECK(describe(Failure{"open the log", ENOENT, "/x/y", {}}) == "cannot open the log: /x/y: " + no_such_file);
  CHECK(describe(Failure{"make a pipe", EMFILE, {}, {}}) ==
        std::string("cannot make a pipe: ") + std::strerror(EMFILE));
}

TEST_CASE("failure: an absent part leaves no trace in the sentence") {
  CHECK(describe(Failure{"log to it", 0, "/dev/null", {}}) == "cannot log to it: /dev/null");
  CHECK(describe(Failure{"run nothing", 0, {}, "give a command"}) == "cannot run nothing; give a command");
  CHECK(describe(Failure{"go on", 0, {}, {}}) == "cannot go on");
}

TEST_CASE("failure: the subject is data, not a format") {
  CHECK(describe(Failure{"read {}", 0, "{0} %s", "{}"}) == "cannot read {}: {0} %s; {}");
}

TEST_CASE("failure: a result carries the value or the failure") {
  const Result<int> good = 7;
  CHECK(good.value() == 7);
  const Result<int> bad = std::unexpected(Failure{"count", EIO, "sheep", {}});
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().error == EIO);
  CHECK(bad.error().subject == "sheep");
}

}  // namespace
}  // namespace oversee::model
