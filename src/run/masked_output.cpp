// Feeds the filters and releases the bytes that they buffer.
#include "run/masked_output.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "model/secrets.hpp"
#include "os/clock.hpp"

namespace oversee::run {
namespace {

constexpr std::string_view kAddMask = "::add-mask::";

// The beginning of a possible match is passed on if the stream is silent for this time, because it may be a prompt; and
// after the longer time in any case.
constexpr auto kPause = std::chrono::milliseconds(100);
constexpr auto kLongestHold = std::chrono::seconds(1);

// The maximum number of values learnt from output, which could otherwise grow without bound.
constexpr std::size_t kMostLearnt = 1000;

// Decodes a command's text like actions/runner: %25, %0D and %0A.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view code = text.substr(at, 3);
    if (code == "%25" || code == "%0D" || code == "%0A") {
      plain += code == "%25" ? '%' : code == "%0D" ? '\r' : '\n';
      at += 2;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

}  // namespace

void AddMaskLines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (within_value_) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size());
      const std::string_view part = bytes.substr(0, end);
      if (!part.empty()) callbacks_.on_value(part);
      too_long_ = too_long_ || value_.size() + part.size() > kLongestValue;
      if (!too_long_) value_ += part;
      bytes.remove_prefix(end);
      if (!bytes.empty()) learn();
      continue;
    }
    const std::size_t value = find_value(bytes);
    callbacks_.on_text(bytes.substr(0, value));
    bytes.remove_prefix(value);
  }
}

void AddMaskLines::finish() {
  if (within_value_) learn();
  may_be_one_ = true;
  matched_ = 0;
}

bool AddMaskLines::concerns(std::string_view bytes) const {
  return within_value_ || matched_ != 0 || bytes.contains(kAddMask);
}

void AddMaskLines::learn() {
  within_value_ = false;
  std::string value = std::exchange(value_, {});
  if (value.ends_with('\r')) value.pop_back();
  if (!std::exchange(too_long_, false) && !value.empty()) callbacks_.on_learnt(unescaped(value));
}

// Returns the position at which a value begins; else the end.
std::size_t AddMaskLines::find_value(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!may_be_one_) {
      at = bytes.find('\n', at);
      if (at == std::string_view::npos) break;
    }
    const char c = bytes[at];
    if (c == '\n') {
      may_be_one_ = true;
      matched_ = 0;
    } else if (c == kAddMask[matched_]) {
      if (++matched_ < kAddMask.size()) continue;
      matched_ = 0;
      may_be_one_ = false;
      within_value_ = true;
      return at + 1;
    } else if (matched_ != 0 || (c != ' ' && c != '\t')) {
      may_be_one_ = false;
    }
  }
  return bytes.size();
}

MaskedOutput::MaskedOutput(uv::Loop& loop, MaskSettings& settings, Callbacks callbacks)
    : settings_(settings),
      callbacks_(std::move(callbacks)),
      filters_{match::MaskFilter(settings.masks), match::MaskFilter(settings.masks)},
      user_lines_{match::MaskFilter(settings.masks), match::MaskFilter(settings.masks)},
      add_masks_{add_mask_lines(model::Stream::out), add_mask_lines(model::Stream::err)},
      timer_(loop, [this] { release(); }) {}

AddMaskLines MaskedOutput::add_mask_lines(model::Stream stream) {
  return AddMaskLines({.on_text = [this, stream](std::string_view text) { feed(stream, text); },
                       .on_value = [this, stream](std::string_view part) { value_came(stream, part); },
                       .on_learnt = [this](const std::string& value) { learnt(value); }});
}

void MaskedOutput::on(const model::OutputArrived& output, const model::Reading& at) {
  at_ = at;
  if (settings_.learn) {
    AddMaskLines& lines = add_masks_[model::index(output.stream)];
    gathers_ = lines.concerns(output.bytes);
    lines.feed(output.bytes);
    if (std::exchange(gathers_, false)) pass_on_gathered(output.stream);
  } else {
    feed(output.stream, output.bytes);
  }
  wait();
}

void MaskedOutput::pass_on_gathered(model::Stream stream) {
  pass_on(stream, std::exchange(kept_, {}), false, true);
  pass_on(stream, std::exchange(shown_, {}), true, false);
}

void MaskedOutput::feed(model::Stream stream, std::string_view bytes) {
  const std::size_t i = model::index(stream);
  starred_[i] = false;
  filters_[i].feed(bytes, [&](std::string_view text) {
    held_since_[i].reset();
    pass_on(stream, text);
  });
  if (!filters_[i].holds()) {
    held_since_[i].reset();
  } else if (!held_since_[i]) {
    held_since_[i] = at_.instant;
  }
}

// The service must see the value to mask it; all other sinks get the mask.
void MaskedOutput::value_came(model::Stream stream, std::string_view bytes) {
  const std::size_t i = model::index(stream);
  filters_[i].release([&](std::string_view text) { pass_on(stream, text); });
  const bool stars = !std::exchange(starred_[i], true);
  if (settings_.shows_add_mask) pass_on(stream, bytes, true, false);
  if (stars) pass_on(stream, model::kMasked, !settings_.shows_add_mask, true);
}

void MaskedOutput::learnt(const std::string& value) {
  if (settings_.masks.values() < kMostLearnt && settings_.masks.add_value(value)) settings_.on_learnt();
}

void MaskedOutput::pass_on(model::Stream stream, std::string_view bytes, bool shown, bool kept) {
  if (gathers_) {
    if (shown) shown_ += bytes;
    if (kept) kept_ += bytes;
  } else if (!bytes.empty()) {
    callbacks_.pass_on(model::OutputArrived{stream, bytes}, at_, shown, kept);
  }
}

void MaskedOutput::on(const model::UserLineOutput& output, const model::Reading& at) {
  user_lines_[static_cast<std::size_t>(output.kind)].feed(output.bytes, [&](std::string_view text) {
    callbacks_.pass_on(model::UserLineOutput{output.kind, text}, at, true, true);
  });
}

void MaskedOutput::on(const model::UserLineEnded& ended, const model::Reading& at) {
  user_lines_[static_cast<std::size_t>(ended.kind)].finish([&](std::string_view text) {
    callbacks_.pass_on(model::UserLineOutput{ended.kind, text}, at, true, true);
  });
}

void MaskedOutput::finish(const model::Reading& at) {
  at_ = at;
  for (const model::Stream stream : {model::Stream::out, model::Stream::err}) {
    add_masks_[model::index(stream)].finish();
    filters_[model::index(stream)].finish([&](std::string_view text) { pass_on(stream, text); });
    held_since_[model::index(stream)].reset();
  }
  wait();
}

void MaskedOutput::release() {
  at_ = os::read_clock();
  for (const model::Stream stream : {model::Stream::out, model::Stream::err}) {
    filters_[model::index(stream)].release([&](std::string_view text) { pass_on(stream, text); });
    held_since_[model::index(stream)].reset();
  }
  timer_.set({});
  release_set_ = false;
}

void MaskedOutput::wait() {
  std::optional<model::Instant> end;
  for (const auto& since : held_since_) {
    if (since) end = std::min(end.value_or(model::Instant::max()), *since + kLongestHold);
  }
  if (end) end = std::min(*end, at_.instant + kPause);
  if (end || release_set_) timer_.set(end);
  release_set_ = end.has_value();
}

}  // namespace oversee::run
