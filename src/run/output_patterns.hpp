// Which of the patterns of output: causes the attempt's output has matched so far.
#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "match/line_search.hpp"
#include "model/event.hpp"
#include "model/retry_policy.hpp"

namespace oversee::run {

class OutputPatterns {
 public:
  // The patterns have been compiled once, when the settings were read.
  explicit OutputPatterns(const model::RetryPolicy& policy);

  void output(model::Stream stream, std::string_view bytes) {
    for (Searched& each : searched_) each.streams[model::index(stream)].feed(bytes);
  }
  // The output is complete.
  bool wrote(std::string_view pattern);
  // Of the next attempt, nothing is known yet.
  void reset();

 private:
  struct Searched {
    match::Pattern pattern;
    std::vector<match::LineSearch> streams;
  };
  std::deque<Searched> searched_;  // its elements stay where they are
};

}  // namespace oversee::run
