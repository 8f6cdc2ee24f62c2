#include "model/reason_code.hpp"

#include <doctest/doctest.h>

#include <string>

#include "model/verdict.hpp"

namespace oversee::model {
namespace {

std::string read(std::string_view text) {
  const auto code = ReasonCode::parse(text);
  return code ? std::string(to_string(code->reason)) + ' ' + std::to_string(code->code) : code.error().allowed;
}

AttemptResult ended(Status status, Reason reason) {
  AttemptResult result;
  result.status = status;
  result.reason = reason;
  result.exit_code = status == Status::completed ? 0 : 1;
  return result;
}

int code_of(const AttemptResult& result, const ExitPolicy& policy) {
  return judge(std::span(&result, 1), policy).exit.shell_status();
}

}  // namespace

TEST_CASE("reason code: each reason of the summary with a code") {
  for (std::size_t i = 0; i < kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    const auto code = ReasonCode::parse(std::string(to_string(reason)) + "=7");
    REQUIRE(code.has_value());
    CHECK(code->reason == reason);
    CHECK(code->code == 7);
  }
  CHECK(read("timeout=1") == "timeout 1");
  CHECK(read("timeout=255") == "timeout 255");
}

TEST_CASE("reason code: bad text is refused") {
  for (const auto* text :
       {"", "=", "timeout", "timeout=", "timeout=0", "timeout=256", "timeout=-1", "timeout=1x", "zzzzzz=1"}) {
    CAPTURE(text);
    CHECK(read(text).starts_with("a reason of the summary and an exit code from 1 to 255 such as timeout=75"));
    CHECK(read(text).find("mean") == std::string::npos);
  }
  CHECK(read("timeuot=1").ends_with("; did you mean 'timeout'?"));
}

TEST_CASE("reason code: applies only to failures") {
  ExitPolicy policy;
  for (std::size_t i = 0; i < kReasons; ++i) policy.codes[static_cast<Reason>(i)] = 42;
  CHECK(code_of(ended(Status::failed, Reason::exit), policy) == 42);
  CHECK(code_of(ended(Status::timed_out, Reason::timeout), policy) == 42);
  CHECK(code_of(ended(Status::completed, Reason::exit), policy) == 0);
  AttemptResult cancelled = ended(Status::cancelled, Reason::signal);
  cancelled.cancelled_by = Canceller{15, 0};
  CHECK(code_of(cancelled, policy) == 128 + 15);
  policy.codes.erase(Reason::timeout);
  policy.preserve_status = false;
  CHECK(code_of(ended(Status::timed_out, Reason::timeout), policy) == kExitTimedOut);
}

}  // namespace oversee::model
