// Tests which attempts are kept, and what is reported of the others.
#include "model/attempt_history.hpp"

#include <doctest/doctest.h>

#include <ranges>

#include "model/verdict.hpp"

namespace oversee::model {
namespace {

AttemptResult failed(int number, int code) {
  AttemptResult result;
  result.number = number;
  result.exit_code = code;
  return result;
}

AttemptResult timed_out(int number) {
  AttemptResult result = failed(number, 0);
  result.exit_code.reset();
  result.status = Status::timed_out;
  result.reason = Reason::timeout;
  return result;
}

// A history of this many attempts; code_of returns the exit code of each, 0 for a timeout.
AttemptHistory history(int count, int (*code_of)(int number)) {
  AttemptHistory history;
  for (int number = 1; number <= count; ++number) {
    const int code = code_of(number);
    history.add(code == 0 ? timed_out(number) : failed(number, code));
  }
  return history;
}

std::string causes_of(const AttemptHistory& history) { return causes(history.kept(), history.omitted()); }

constexpr int kMost = static_cast<int>(AttemptHistory::kFirst + AttemptHistory::kLast);

TEST_CASE("attempt history: all are kept up to the bound") {
  const AttemptHistory kept = history(kMost, [](int) { return 1; });
  CHECK(kept.count() == kMost);
  CHECK(kept.kept().size() == static_cast<std::size_t>(kMost));
  CHECK(kept.omitted() == nullptr);
  CHECK(count_begun(kept.kept(), kept.omitted()) == static_cast<std::uint64_t>(kMost));
  CHECK(causes_of(kept) == "attempts 1-63: exit 1");
}

TEST_CASE("attempt history: past the bound the first and the last are kept, the others counted") {
  const AttemptHistory many = history(1207, [](int number) { return number % 10 == 0 ? 0 : 1; });
  REQUIRE(many.omitted() != nullptr);
  CHECK(many.count() == 1207);
  CHECK(many.kept().size() == static_cast<std::size_t>(kMost));
  CHECK(many.kept().front().number == 1);
  CHECK(many.kept()[AttemptHistory::kFirst - 1].number == 31);
  CHECK(many.kept()[AttemptHistory::kFirst].number == 1176);
  CHECK(many.back().number == 1207);
  const OmittedAttempts& omitted = *many.omitted();
  CHECK(omitted.first == 32);
  CHECK(omitted.last == 1175);
  CHECK(omitted.count() == 1144);
  CHECK(omitted.reasons == std::map<Reason, std::uint64_t>{{Reason::exit, 1030}, {Reason::timeout, 114}});
  CHECK(omitted.words.empty());
  CHECK(describe(omitted) == "attempts 32-1175: 1030 exit, 114 timeout");
  CHECK(count_begun(many.kept(), many.omitted()) == 1207);
}

TEST_CASE("attempt history: a single attempt beyond the bound is omitted too") {
  const AttemptHistory history_of_64 = history(kMost + 1, [](int number) { return number == 32 ? 0 : 1; });
  REQUIRE(history_of_64.omitted() != nullptr);
  CHECK(history_of_64.omitted()->count() == 1);
  CHECK(causes_of(history_of_64) == "attempts 1-31: exit 1, attempt 32: timeout, attempts 33-64: exit 1");
}

TEST_CASE("attempt history: a common cause of all attempts is reported as if all were kept") {
  CHECK(causes_of(history(1207, [](int) { return 1; })) == "attempts 1-1207: exit 1");
  CHECK(causes_of(history(1207, [](int number) { return number < 32 ? 1 : 2; })) ==
        "attempts 1-31: exit 1, attempts 32-1207: exit 2");
  // One reason, but several exit codes.
  CHECK(causes_of(history(100, [](int number) { return number < 40 ? 1 : 2; })) ==
        "attempts 1-31: exit 1, attempts 32-68: 37 exit, attempts 69-100: exit 2");
  const AttemptHistory all = history(100, [](int) { return 3; });
  CHECK(earlier_causes(all.kept(), all.omitted()) == "attempts 1-99: exit 3");
}

TEST_CASE("attempt history: processes left by omitted attempts are counted") {
  AttemptHistory all;
  for (int number = 1; number <= 100; ++number) {
    AttemptResult result = failed(number, 1);
    if (number == 1 || number == 40) {
      result.leaked_live = true;
      result.leaked.resize(2);
      result.leaked_more = 5;
    }
    if (number == 41) result.unkilled.resize(1);
    if (number == 42) result.leaked.resize(3);  // but killed
    all.add(std::move(result));
  }
  REQUIRE(all.omitted() != nullptr);
  CHECK(all.omitted()->remaining == 8);
}

}  // namespace
}  // namespace oversee::model
