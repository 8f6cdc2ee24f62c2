// Which of the patterns of output: causes the output of the attempt that runs, or ran last, has matched, as a person
// sees it.
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
  // The patterns have been compiled once, when the settings were read.
  explicit OutputPatterns(const model::RetryPolicy& policy);

  bool any() const { return !searched_.empty(); }

  void on(const model::Event& event, const model::Reading& at) override;

  // The output is complete.
  bool wrote(std::string_view pattern);

 private:
  struct Searched {
    match::Pattern pattern;
    std::vector<match::LineSearch> streams;
  };
  void feed(std::size_t stream, std::string_view text);

  std::array<model::SeenText, model::kStreams> seen_;
  std::deque<Searched> searched_;  // its elements stay where they are
};

}  // namespace oversee::run
