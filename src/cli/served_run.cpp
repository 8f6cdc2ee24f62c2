// Starts the run's oversee and collects its output.
#include "cli/served_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>
#include <vector>

#include "cli/repeat_command.hpp"

namespace oversee::cli {
namespace {

// Maximum bytes of an event; larger than any that a valid request can cause.
constexpr std::size_t kLongestEvent = 16 * kLongestRequest;
// Maximum bytes kept of its oversee's stderr.
constexpr std::size_t kMostSaid = 64 * 1024;

std::vector<std::string> arguments_of(const RunRequest& request, int answer, int events) {
  std::vector<std::string> words{"oversee", kRepetition, fmt::format("{}", answer)};
  // As flags they override contradicting settings from weaker sources (settings/table.cpp).
  for (const char* flag : {"--show=never", "--summary=never", "--digest=never", "--ci=none"}) words.emplace_back(flag);
  words.push_back(fmt::format("--events=fd:{}", events));
  words.insert(words.end(), request.flags.begin(), request.flags.end());
  words.emplace_back("--");
  words.insert(words.end(), request.words.begin(), request.words.end());
  return words;
}

}  // namespace

ServedRun::ServedRun(uv::Loop& loop, std::span<char> buffer, Callbacks callbacks)
    : loop_(loop), buffer_(buffer), callbacks_(std::move(callbacks)), lines_(kLongestEvent) {}

model::Result<void> ServedRun::start(const RunRequest& request, const os::SignalState& caller) {
  auto events = os::make_pipe();
  if (!events) return std::unexpected(events.error());
  auto errors = os::make_pipe();
  if (!errors) return std::unexpected(errors.error());
  auto copy = os::start_own_copy(
      [&](int answer) { return arguments_of(request, answer, events->writer.get()); }, caller,
      {.null_input = true, .null_output = true, .error_output = errors->writer.get(), .more = events->writer.get()});
  if (!copy) return std::unexpected(copy.error());
  copy_ = std::move(*copy);
  read_from(events_, std::move(events->reader), [this](std::string_view bytes) { take_events(bytes); });
  read_from(answer_, std::move(copy_.answer), [this](std::string_view bytes) { end_.document += bytes; });
  read_from(errors_, std::move(errors->reader), [this](std::string_view bytes) {
    end_.said += bytes.substr(0, kMostSaid - std::min(end_.said.size(), kMostSaid));
  });
  return {};
}

void ServedRun::read_from(std::optional<uv::PipeReader>& reader, os::UniqueFd fd,
                          std::function<void(std::string_view)> on_bytes) {
  reader.emplace(loop_, fd.release(), buffer_,
                 uv::ByteReader::Callbacks{std::move(on_bytes), [this](int) { stream_ended(); }});
  ++open_streams_;
  reader->start();
}

void ServedRun::take_events(std::string_view bytes) {
  lines_.add(bytes);
  while (const auto line = lines_.next()) {
    if (!line->too_long) callbacks_.on_event(line->text);
  }
}

// Only the run's oversee writes to these pipes, so it has ended when all are closed.
void ServedRun::stream_ended() {
  if (--open_streams_ > 0) return;
  end_.exit_status = os::wait_for(copy_);
  callbacks_.on_end(std::move(end_));
}

void ServedRun::signal(model::Signal number) const { ::kill(copy_.pid, number); }

}  // namespace oversee::cli
