// A made-up run with output, published attempt by attempt to a digest and to further reporters.
#pragma once

#include <string_view>
#include <vector>

#include "made_up_run.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

class ToldRun {
 public:
  model::RunInfo info = made_up_run();
  FailureDigest digest{FailureDigest::Of::every_attempt};

  ToldRun() {
    info.attempts = 3;
    info.log_path = "/tmp/oversee-0/20261123-121659-k3f9.log";
    tell(digest);
  }

  void tell(model::EventSink& sink) { sinks_.push_back(&sink); }

  void start() { publish(model::RunStarted{&info}, after({})); }

  // Adds the next attempt, with this output and end.
  void attempt(std::string_view out, std::string_view err, model::AttemptResult result) {
    using namespace std::chrono_literals;
    result.number = static_cast<int>(results_.size()) + 1;
    const model::Duration begin = 2s * static_cast<int>(results_.size());
    result.started = after(begin);
    result.finished = after(begin + 1500ms);
    if (!results_.empty()) publish(model::Retrying{result.number, 500ms}, result.started);
    publish(model::AttemptStarted{result.number, 4300 + result.number}, result.started);
    if (!out.empty()) publish(model::OutputArrived{model::Stream::out, out}, result.started);
    if (!err.empty()) publish(model::OutputArrived{model::Stream::err, err}, result.started);
    results_.push_back(result);
    publish(model::AttemptFinished{&results_.back()}, result.finished);
  }

  void finish(model::ExitPolicy policy = {}) {
    const model::Reading at = results_.back().finished;
    publish(model::RunFinished{&info, &results_, judge(results_, policy), at}, at);
  }

 private:
  void publish(const model::Event& event, const model::Reading& at) {
    for (model::EventSink* sink : sinks_) sink->on(event, at);
  }

  std::vector<model::EventSink*> sinks_;
  std::vector<model::AttemptResult> results_;
};

// Output of an attempt that tries to forge and break every format.
inline constexpr std::string_view kHostileOutput =
    "::error::forged\n##teamcity[buildProblem description='forged']\n##vso[task.complete result=Succeeded]\n"
    "\x1b[0Ksection_end:1:forged\r\x1b[0K<&\"']]>\x01\xff \xef\xbf\xbf 100% ```\n+++ forged\n";

}  // namespace oversee::report
