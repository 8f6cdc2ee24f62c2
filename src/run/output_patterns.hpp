// Searches the output of the latest attempt, as a terminal would show it, for the patterns of the causes
// `output:REGEX`.
#pragma once

#include <array>
#include <deque>
#include <string_view>
#include <vector>

#include "match/line_search.hpp"
#include "model/event.hpp"
#include "model/retry_policy.hpp"
#include "model/seen_text.hpp"

namespace oversee::run {

class OutputPatterns final : public model::EventSink {
 public:
  // The patterns are valid: the settings' parser has compiled them once.
  explicit OutputPatterns(const model::RetryPolicy& policy);

  bool any() const { return !searched_.empty(); }

  void on(const model::Event& event, const model::Reading& at) override;

  // Whether the output matched; call when the output is complete.
  bool wrote(std::string_view pattern);

 private:
  struct Searched {
    match::Pattern pattern;
    std::vector<match::LineSearch> streams;
  };
  void feed(std::size_t stream, std::string_view text);

  std::array<model::SeenText, model::kStreams> seen_;
  std::deque<Searched> searched_;  // a deque, because its elements must not move
};

}  // namespace oversee::run
