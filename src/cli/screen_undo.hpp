// Restores the user's terminal after the command was stopped: undoes the screen modes that its output has set.
#pragma once

#include <functional>
#include <string>

#include "cli/outputs.hpp"
#include "model/event.hpp"
#include "model/screen_state.hpp"

namespace oversee::cli {

// A command that ended by itself is assumed to have left the screen as intended.
class ScreenUndo final : public model::EventSink {
 public:
  struct Setting {
    bool output_known = true;  // output passes through oversee; else the command writes to the terminal
    bool out_is_live = true;   // stdout is shown as it arrives in events; likewise stderr
    bool err_is_live = true;
  };
  struct Callbacks {
    std::function<void(std::string undo)> on_change;  // receives the text that undoes the current state
    // Whether the command read single keys: then it controlled the screen, even if its output was not seen.
    std::function<bool()> had_single_keys;
  };

  ScreenUndo(const ShownOutputs& shown, Setting setting, Callbacks callbacks);

  void on(const model::Event& event, const model::Reading& at) override;

  // Reports output that is shown later than it arrived.
  void output_shown(model::Stream stream, std::string_view bytes);

  // To be called when the attempt has ended and all its output has been passed to the sinks.
  void attempt_ended(const model::AttemptResult& result);

 private:
  std::string undo() const;

  const Setting setting_;
  const Callbacks callbacks_;
  std::array<bool, model::kStreams> on_terminal_;
  model::ByteSink* terminal_ = nullptr;  // null: neither output is a terminal
  model::ScreenState screen_;
  bool undone_ = false;  // for this attempt
};

}  // namespace oversee::cli
