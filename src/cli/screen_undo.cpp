// Tracks the state of the terminal's screen from the output shown on it.
#include "cli/screen_undo.hpp"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "cli/console.hpp"
#include "model/mechanism.hpp"

namespace oversee::cli {
namespace {

bool terminal_is_dumb() {
  const char* kind = std::getenv("TERM");
  return kind == nullptr || *kind == '\0' || std::string_view(kind) == "dumb";
}

}  // namespace

ScreenUndo::ScreenUndo(const ShownOutputs& shown, Setting setting, Callbacks callbacks)
    : setting_(setting),
      callbacks_(std::move(callbacks)),
      on_terminal_{::isatty(STDOUT_FILENO) != 0, console().is_terminal()} {
  if (on_terminal_[0] || on_terminal_[1]) terminal_ = on_terminal_[0] ? shown.out : shown.err;
  if (terminal_ != nullptr && !setting_.output_known && !terminal_is_dumb()) {
    callbacks_.on_change(model::undo_of_unknown());
  }
}

void ScreenUndo::on(const model::Event& event, const model::Reading&) {
  if (terminal_ == nullptr) return;
  if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    const bool live = output->stream == model::Stream::out ? setting_.out_is_live : setting_.err_is_live;
    if (live) output_shown(output->stream, output->bytes);
  } else if (std::holds_alternative<model::AttemptStarted>(event)) {
    undone_ = false;
  } else if (const auto* finished = std::get_if<model::AttemptFinished>(&event)) {
    attempt_ended(*finished->result);
  }
}

void ScreenUndo::output_shown(model::Stream stream, std::string_view bytes) {
  if (!on_terminal_[model::index(stream)] || !screen_.feed(bytes)) return;
  callbacks_.on_change(screen_.undo());
}

void ScreenUndo::attempt_ended(const model::AttemptResult& result) {
  if (terminal_ == nullptr || result.ended_by_itself() || std::exchange(undone_, true)) return;
  if (!model::works(model::Mechanism::terminal_is_put_back)) return;
  if (const std::string text = undo(); !text.empty()) terminal_->write(text);
  screen_.reset();
}

// Output that a program writes to /dev/tty is not seen here, so the state may be unknown.
std::string ScreenUndo::undo() const {
  const bool had_keys = callbacks_.had_single_keys();
  std::string text = screen_.undo();
  const bool unknown = had_keys || (!setting_.output_known && !terminal_is_dumb());
  return text.empty() && unknown ? model::undo_of_unknown() : text;
}

}  // namespace oversee::cli
