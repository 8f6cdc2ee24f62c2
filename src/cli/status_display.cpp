// Draws and wipes the status line.
#include "cli/status_display.hpp"

#include <cstdlib>
#include <string_view>

#include "cli/console.hpp"
#include "os/clock.hpp"

namespace oversee::cli {
namespace {

// Fast enough that seconds are seen to pass, slow enough to cost nothing.
constexpr auto kBetweenDraws = std::chrono::milliseconds(200);

}  // namespace

bool StatusDisplay::possible() {
  const char* name = std::getenv("TERM");
  return console().is_terminal() && name != nullptr && *name != '\0' && std::string_view(name) != "dumb";
}

StatusDisplay::StatusDisplay(uv::Loop& loop) : timer_(loop, [this] { draw(); }) {}

void StatusDisplay::start() { timer_.set(os::read_clock().instant + kBetweenDraws); }

void StatusDisplay::stop() {
  timer_.set({});
  console().wipe_status();
}

void StatusDisplay::draw() {
  const model::Instant now = os::read_clock().instant;
  // Keep the last column free: some terminals wrap as soon as it is written.
  console().show_status(line_.text(now, console().columns() - 1));
  timer_.set(now + kBetweenDraws);
}

}  // namespace oversee::cli
