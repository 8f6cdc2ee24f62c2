// Undoes on our terminal what a command has changed of it by its output, once the command was stopped.
#pragma once

#include <functional>
#include <string>

#include "cli/outputs.hpp"
#include "model/event.hpp"
#include "model/screen_state.hpp"

namespace oversee::cli {

// A command that ended by itself meant what it left.
class ScreenUndo final : public model::EventSink {
 public:
  struct Setting {
    bool output_known = true;  // it passes through here; else the command writes to the terminal itself
    bool out_is_live = true;   // events tell what is shown of stdout, and of stderr
    bool err_is_live = true;
  };
  struct Callbacks {
    std::function<void(std::string undo)> on_change;  // told what would undo what there is to be undone now
    // Whether the command had switched the terminal to single keys: it had the screen, though nothing of that was seen.
    std::function<bool()> had_single_keys;
  };

  ScreenUndo(const ShownOutputs& shown, Setting setting, Callbacks callbacks);

  void on(const model::Event& event, const model::Reading& at) override;

  // Of output that is shown later than it came.
  void output_shown(model::Stream stream, std::string_view bytes);

  // The attempt has ended like this, and all of its output was handed to the sinks.
  void attempt_ended(const model::AttemptResult& result);

 private:
  std::string undo() const;

  const Setting setting_;
  const Callbacks callbacks_;
  std::array<bool, model::kStreams> on_terminal_;
  model::ByteSink* terminal_ = nullptr;  // null: nothing of ours is shown at one
  model::ScreenState screen_;
  bool undone_ = false;  // of this attempt
};

}  // namespace oversee::cli
