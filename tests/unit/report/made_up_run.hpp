// A made-up run for testing reporters: its head, clock readings and ends.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/event.hpp"

namespace oversee::report {

// A reading this long after the run's start, which was 2026-11-23T12:16:59.123Z.
inline model::Reading after(model::Duration time) {
  using namespace std::chrono_literals;
  constexpr model::Instant kStart{5'000'000ms};
  constexpr model::WallTime kDate{1'795'436'219'123ms};
  return {kStart + time, kDate + time};
}

inline model::RunInfo made_up_run() {
  model::RunInfo info;
  info.id = "20261123-121659-k3f9";
  info.name = "make";
  info.command = "make -j8 test";
  info.argv = {"make", "-j8", "test"};
  info.directory = "/srv/app";
  info.host = "runner-12";
  info.pid = 4242;
  info.version = "9.8.7";
  info.limits.wall = std::chrono::minutes(10);
  info.started = after({});
  return info;
}

inline model::AttemptResult made_up_result(model::Status status, model::Reason reason, int number = 1) {
  using namespace std::chrono_literals;
  model::AttemptResult result;
  result.number = number;
  result.status = status;
  result.reason = reason;
  result.started = after(1s);
  result.finished = after(13s);
  return result;
}

inline model::AttemptResult made_up_exit(int code) {
  auto result = made_up_result(code == 0 ? model::Status::completed : model::Status::failed, model::Reason::exit);
  result.exit_code = code;
  return result;
}

// Reports the end of a run with these attempts, 14.5 s after its start.
inline void tell_end(model::EventSink& sink, const model::RunInfo& info,
                     const std::vector<model::AttemptResult>& attempts) {
  using namespace std::chrono_literals;
  const model::Reading finished = after(14500ms);
  sink.on(model::RunFinished{&info, &attempts, judge(attempts, {}), finished}, finished);
}

}  // namespace oversee::report
