// Opens the command's standard input and rewinds it for retries.
#include "run/command_input.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>

#include "os/asked_file.hpp"
#include "os/file_work.hpp"

namespace oversee::run {
namespace {

// Longer than any wait, and far from the end of the clock.
constexpr auto kEver = std::chrono::hours(24 * 365);

}  // namespace

model::Result<void> CommandInput::open(const MakeScratch& make_scratch, const os::SignalState& signals) {
  if (spec_.input.kind != model::StandardInput::Kind::file) return open_now(make_scratch);
  model::Duration bound = kEver;
  if (spec_.limits.wall) bound = std::min(bound, *spec_.limits.wall);
  if (spec_.total) bound = std::min(bound, *spec_.total);
  model::Result<void> opened;
  const os::AskedFile asked("open the command's standard input (--stdin)", spec_.input.path);
  const auto done = os::do_beside([&] { opened = open_now(make_scratch); }, bound, signals);
  return done ? opened : done;
}

model::Result<void> CommandInput::open_now(const MakeScratch& make_scratch) {
  if (!spec_.input.is_callers()) {
    const bool null = spec_.input.kind == model::StandardInput::Kind::null;
    const std::string& path = spec_.input.path;
    own_ = null ? os::open_empty_input() : os::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!own_) {
      return std::unexpected(
          model::Failure{"open the command's standard input (--stdin)", errno, null ? "/dev/null" : path, {}});
    }
  }
  if (spec_.retry.retries == 0) return {};
  const int input = descriptor();
  if (os::is_channel(input) && spec_.input.kind == model::StandardInput::Kind::inherit) {
    read_watch_.emplace(input);
  } else if (os::is_channel(input)) {
    replay_.emplace(loop_, input, make_scratch(), InputReplay::kMost);
  } else if (const off_t start = ::lseek(input, 0, SEEK_CUR); start >= 0) {
    start_ = start;
  }
  return {};
}

model::Result<int> CommandInput::next(bool again) {
  if (replay_) return replay_->open();
  if (start_ && again) (void)::lseek(descriptor(), *start_, SEEK_SET);
  return descriptor();
}

void CommandInput::attempt_ended() {
  if (replay_) replay_->close();
}

}  // namespace oversee::run
