// Feeds random text as a value: the first byte selects the type; an accepted value must read back as it is printed.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "model/byte_size.hpp"
#include "model/duration.hpp"
#include "model/event_destination.hpp"
#include "model/exit_codes.hpp"
#include "model/retry_policy.hpp"
#include "model/signal_name.hpp"
#include "model/stop_ladder.hpp"
#include "model/whole_number.hpp"
#include "must.hpp"

namespace oversee::fuzz {
namespace {

// The parsed value; empty if refused.
template <class Value>
std::optional<Value> read(std::string_view text, model::Parsed<Value> (*parser)(std::string_view)) {
  auto parsed = parser(text);
  if (parsed) return *std::move(parsed);
  must(parsed.error().read == text, "a refusal tells what was read");
  must(!parsed.error().allowed.empty(), "a refusal tells what would be right");
  return {};
}

void durations(std::string_view text) {
  const auto limit = read(text, model::parse_time_limit);
  if (!limit) return;
  must(model::parse_time_limit(model::format_time_limit(*limit)).value() == *limit, "a time reads as it prints");
  if (!*limit) return;
  must(**limit >= std::chrono::milliseconds(1), "a limit is 1 ms or more");
  must(!model::describe_duration(**limit).empty(), "a time can be told");
}

void sizes(std::string_view text) {
  const auto limit = read(text, model::parse_size_limit);
  if (!limit) return;
  must(*limit != model::SizeLimit(0), "a limit of 0 is none");
  if (!*limit) return;
  must(model::parse_byte_size(model::format_byte_size(**limit)) == **limit, "a size reads as it prints");
  must(!model::describe_byte_size(**limit).empty(), "a size can be told");
}

void signals(std::string_view text) {
  const auto signal = read(text, model::parse_signal);
  if (signal) must(model::parse_signal(model::signal_name(*signal)) == *signal, "a signal reads as it prints");
}

void ladders(std::string_view text) {
  const auto ladder = read(text, model::StopLadder::parse);
  if (!ladder) return;
  must(model::StopLadder::parse(model::format_stop_ladder(*ladder)) == *ladder, "a ladder reads as it prints");
  const model::StopLadder cancel = ladder->starting_with(2);
  must(model::StopLadder::parse(model::format_stop_ladder(cancel)) == cancel, "so does a cancel's");
}

void causes(std::string_view text) {
  const auto causes = read(text, model::RetryCauses::parse);
  if (!causes) return;
  must(!causes->empty(), "a list of causes has some");
  model::RetryCauses again;
  for (const std::string& each : causes->texts()) {
    const auto parsed = model::RetryCauses::parse(each);
    must(parsed.has_value(), "causes can be read as they print");
    again.add(*parsed);
  }
  must(again == *causes, "causes read as they print");
}

void exit_codes(std::string_view text) {
  const auto codes = read(text, model::ExitCodes::parse);
  if (!codes) return;
  must(!codes->empty() && !codes->contains(-1) && !codes->contains(256), "exit codes are 0 to 255");
  must(model::ExitCodes::parse(codes->text()) == *codes, "exit codes read as they print");
}

void events(std::string_view text) {
  using Kind = model::EventDestination::Kind;
  const auto destination = read(text, model::parse_event_destination);
  if (!destination) return;
  must(destination->written == text, "a destination is as it was written");
  must((destination->kind == Kind::descriptor) == (destination->descriptor >= 3), "a descriptor has its number");
  must((destination->kind == Kind::descriptor) == destination->path.empty(), "all else has a path");
}

void numbers(std::string_view text) {
  if (const auto retries = read(text, model::parse_retries)) must(*retries >= 0 && *retries <= 1'000'000, "retries");
  if (const auto times = read(text, model::parse_times)) must(*times >= 1 && *times <= 1'000'000, "times");
  if (const auto percent = read(text, model::parse_percent)) must(*percent >= 0 && *percent <= 100, "percent");
  if (const auto count = read(text, model::parse_count_limit)) must(*count != model::CountLimit(0), "a count");
  if (const auto nice = read(text, model::parse_nice)) must(!*nice || (**nice >= -39 && **nice <= 39), "nice");
  (void)read(text, model::parse_core_size);
}

// Eight readers, so that the digits 0 to 7 select them in a readable seed.
constexpr std::array kReaders{durations, sizes, signals, ladders, causes, exit_codes, events, numbers};

}  // namespace
}  // namespace oversee::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  oversee::fuzz::kReaders[data[0] % oversee::fuzz::kReaders.size()](text);
  return 0;
}
