// The run as a JUnit report: one test case, in the elements of Surefire's schema, which Jenkins, GitLab and others
// read.
#pragma once

#include <functional>
#include <string_view>

#include "model/event.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

// Failed attempts before a pass are flakyFailure or flakyError. Where none passed the first is failure or error and the
// others are rerunFailure or rerunError. "Failure" is an end of the command's own choosing, "error" all else.
class JunitReport final : public model::EventSink {
 public:
  // Takes the whole document, once, at the run's end. `digests` is of every attempt, told before this, and outlives it.
  using Store = std::function<void(std::string_view document)>;
  JunitReport(const FailureDigest& digests, Store store) : digests_(digests), store_(std::move(store)) {}

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  const FailureDigest& digests_;
  Store store_;
};

}  // namespace oversee::report
