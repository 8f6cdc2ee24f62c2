// Runs the hook and reads its output.
#include "run/user_line.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/clock.hpp"

namespace oversee::run {
namespace {

constexpr std::size_t kHookBuffer = 16 * 1024;

// The maximum of its output that is kept, in bytes.
constexpr std::uint64_t kMostKept = 1024 * 1024;

}  // namespace

UserLine::UserLine(uv::Loop& loop, Callbacks callbacks)
    : loop_(loop),
      callbacks_(std::move(callbacks)),
      link_(loop, {[this](const guard::Report& report) { reported(report); }, [this] { hung_up(); },
                   [this] { callbacks_.on_guard_gone(); }}) {}

void UserLine::start(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                     const std::string& directory, const std::string& run_id) {
  started_ = os::read_clock().instant;
  if (const auto opened = open(run_id); !opened) {
    result_.failure = describe(opened.error());
    finish();
    return;
  }
  link_.send(guard::StartCommand{.argv = argv, .environment = environment, .directory = directory, .own_group = true});
}

model::Result<void> UserLine::open(const std::string& run_id) {
  const os::UniqueFd empty = os::open_empty_input();
  auto input = os::duplicate(empty.get());
  if (!input) return std::unexpected(input.error());
  auto pipe = os::make_pipe();
  if (!pipe) return std::unexpected(pipe.error());
  auto error = os::duplicate(pipe->writer.get());
  if (!error) return std::unexpected(error.error());
  auto started = link_.start({.input = input->get(), .output = pipe->writer.get(), .error = error->get()}, run_id);
  if (!started) return started;
  buffer_ = std::make_unique_for_overwrite<char[]>(kHookBuffer);
  reader_.emplace(loop_, pipe->reader.release(), std::span(buffer_.get(), kHookBuffer),
                  uv::ByteReader::Callbacks{[this](std::string_view bytes) { read(bytes); },
                                            [this](int) {
                                              output_ended_ = true;
                                              finish_if_over();
                                            }});
  reader_->start();
  return {};
}

void UserLine::kill() {
  if (ended_) return;
  result_.cut_short = true;
  finish();
}

void UserLine::reported(const guard::Report& report) {
  if (const auto* failed = std::get_if<guard::StartFailed>(&report)) {
    if (!ended_) result_.failure = describe(model::Failure{failed->stage, failed->error, failed->subject, {}});
    tree_ended_ = output_ended_ = true;
  } else if (const auto* exited = std::get_if<guard::LeaderExited>(&report)) {
    result_.exit_code = exited->exit_code();
    result_.signal = exited->signal();
    link_.send(guard::KillTree{});  // the hook has ended; its descendants must end, too
  } else if (std::holds_alternative<guard::CancelAsked>(report)) {
    link_.send(guard::KillTree{});  // the hook sent its supervisor a termination signal
  } else if (std::holds_alternative<guard::TreeEmpty>(report)) {
    tree_ended_ = true;
  }
  finish_if_over();
}

// The guard has closed the socket: after the tree's end, or because it was killed. Then remaining processes may hold
// the hook's output open for ever.
void UserLine::hung_up() {
  guard_lost_ = !tree_ended_;
  tree_ended_ = true;
  if (guard_lost_ && !ended_) return kill();
  finish_if_over();
}

void UserLine::read(std::string_view bytes) {
  const std::uint64_t room = kMostKept - std::min(kMostKept, result_.bytes);
  result_.bytes += bytes.size();
  const std::string_view kept = bytes.substr(0, room);
  result_.omitted_bytes += bytes.size() - kept.size();
  if (!kept.empty()) callbacks_.on_bytes(kept);
}

void UserLine::finish_if_over() {
  if (!ended_ && tree_ended_ && output_ended_) finish();
}

void UserLine::finish() {
  ended_ = true;
  link_.close();  // the guard kills the remaining processes, within its own bound
  if (reader_) reader_->close();
  result_.took = os::read_clock().instant - started_;
  callbacks_.on_end();
}

}  // namespace oversee::run
