// Masks the command's output on its way from the read to whoever shows, keeps or reports it; and learns masks from it,
// where the service that runs us would.
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

// Finds the lines "::add-mask::VALUE" of GitHub's workflow commands, blanks before them allowed, in a stream that comes
// in pieces.
class AddMaskLines {
 public:
  static constexpr std::size_t kLongestValue = 64 * 1024;

  struct Callbacks {
    std::function<void(std::string_view)> on_text;   // all but the values
    std::function<void(std::string_view)> on_value;  // a part of one
    std::function<void(std::string value)> on_learnt;
  };
  explicit AddMaskLines(Callbacks callbacks) : callbacks_(std::move(callbacks)) {}

  void feed(std::string_view bytes);
  // The stream is at its end. Another may begin.
  void finish();

  // Whether a value may be among the bytes that come next.
  bool concerns(std::string_view bytes) const;

 private:
  std::size_t find_value(std::string_view bytes);
  void learn();

  Callbacks callbacks_;
  bool may_be_one_ = true;   // the line so far
  std::size_t matched_ = 0;  // of the command's name
  bool within_value_ = false;
  bool too_long_ = false;
  std::string value_;
};

// Who sees what of the output.
enum class Audience : std::uint8_t {
  as_read,  // every byte, at once
  shown,    // masked, but for lines that tell a service of a mask
  kept      // masked
};

struct MaskSettings {
  match::Masks masks = {};
  bool learn = false;          // from the command's lines ::add-mask::VALUE
  bool shows_add_mask = true;  // the service reads them in what is shown
  std::function<void()> on_learnt = [] {};

  bool active() const { return learn || !masks.empty(); }
};

class MaskedOutput {
 public:
  // Told what has become of the output. Bytes are dead when the call returns.
  struct Callbacks {
    std::function<void(const model::Event&, const model::Reading&, bool shown, bool kept)> pass_on;
  };

  MaskedOutput(uv::Loop& loop, MaskSettings& settings, Callbacks callbacks);

  void on(const model::OutputArrived& output, const model::Reading& at);
  void on(const model::UserLineOutput& output, const model::Reading& at);
  void on(const model::UserLineEnded& ended, const model::Reading& at);
  // The attempt's streams are at their end.
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
  std::array<bool, model::kStreams> starred_{};  // in place of the value that comes
  std::array<std::optional<model::Instant>, model::kStreams> held_since_;
  model::Reading at_{};  // of what is dealt with
  bool release_set_ = false;
  // Of a read with a value in it, who sees the value and who does not are told of one piece each.
  bool gathers_ = false;
  std::string shown_;
  std::string kept_;
  uv::Timer timer_;
};

}  // namespace oversee::run
