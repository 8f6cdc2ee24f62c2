// Masks the command's output before it is shown, kept or reported; and learns masks from it, if the CI service that
// runs us would.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "match/masks.hpp"
#include "model/event.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

// Finds the lines "::add-mask::VALUE" of GitHub's workflow commands, optionally indented, in a stream that arrives in
// pieces.
class AddMaskLines {
 public:
  static constexpr std::size_t kLongestValue = 64 * 1024;

  struct Callbacks {
    std::function<void(std::string_view)> on_text;   // everything except values
    std::function<void(std::string_view)> on_value;  // a part of a value
    std::function<void(std::string value)> on_learnt;
  };
  explicit AddMaskLines(Callbacks callbacks) : callbacks_(std::move(callbacks)) {}

  void feed(std::string_view bytes);
  // The stream has ended. Another may begin.
  void finish();

  // Whether the next bytes may contain a part of a value.
  bool concerns(std::string_view bytes) const;

 private:
  std::size_t find_value(std::string_view bytes);
  void learn();

  Callbacks callbacks_;
  bool may_be_one_ = true;   // the present line may still be such a command
  std::size_t matched_ = 0;  // matched bytes of "::add-mask::"
  bool within_value_ = false;
  bool too_long_ = false;
  std::string value_;
};

// Which form of the output a sink gets.
enum class Audience : std::uint8_t {
  as_read,  // every byte, immediately
  shown,    // masked, except lines that tell the service a mask
  kept      // masked
};

struct MaskSettings {
  match::Masks masks = {};
  bool learn = false;          // from lines ::add-mask::VALUE of the command
  bool shows_add_mask = true;  // the service reads such lines in the shown output
  std::function<void()> on_learnt = [] {};

  bool active() const { return learn || !masks.empty(); }
};

class MaskedOutput {
 public:
  // Receives the masked output. The bytes are valid only during the call.
  struct Callbacks {
    std::function<void(const model::Event&, const model::Reading&, bool shown, bool kept)> pass_on;
  };

  MaskedOutput(uv::Loop& loop, MaskSettings& settings, Callbacks callbacks);

  void on(const model::OutputArrived& output, const model::Reading& at);
  void on(const model::UserLineOutput& output, const model::Reading& at);
  void on(const model::UserLineEnded& ended, const model::Reading& at);
  // The attempt's streams have ended.
  void finish(const model::Reading& at);

 private:
  static constexpr std::size_t kUserLines = 2;

  void feed(model::Stream stream, std::string_view bytes);
  void value_came(model::Stream stream, std::string_view bytes);
  void learnt(const std::string& value);
  void pass_on(model::Stream stream, std::string_view bytes, bool shown = true, bool kept = true);
  void pass_on_gathered(model::Stream stream);
  void release();
  void wait();
  AddMaskLines add_mask_lines(model::Stream stream);

  MaskSettings& settings_;
  const Callbacks callbacks_;
  std::array<match::MaskFilter, model::kStreams> filters_;
  std::array<match::MaskFilter, kUserLines> user_lines_;
  std::array<AddMaskLines, model::kStreams> add_masks_;
  std::array<bool, model::kStreams> starred_{};  // the present value was already replaced by the mask
  std::array<std::optional<model::Instant>, model::kStreams> held_since_;
  model::Reading at_{};  // of the present event
  bool release_set_ = false;
  // A read that contains a value is passed on as two pieces: one with the value, one without.
  bool gathers_ = false;
  std::string shown_;
  std::string kept_;
  uv::Timer timer_;
};

}  // namespace oversee::run
