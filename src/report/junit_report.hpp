// The run as a JUnit report: one test case in Surefire's schema, which Jenkins, GitLab and others read.
#pragma once

#include <functional>
#include <string_view>

#include "model/event.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

// Failed attempts before a success become flakyFailure or flakyError. Without a success the first attempt becomes
// failure or error and the others rerunFailure or rerunError. "Failure" is a failure by the command itself, "error" any
// other.
class JunitReport final : public model::EventSink {
 public:
  // Takes the whole document, once, at the run's end. `digests` must cover every attempt, receive each event first, and
  // outlive this object.
  using Store = std::function<void(std::string_view document)>;
  JunitReport(const FailureDigest& digests, Store store) : digests_(digests), store_(std::move(store)) {}

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  const FailureDigest& digests_;
  Store store_;
};

}  // namespace oversee::report
