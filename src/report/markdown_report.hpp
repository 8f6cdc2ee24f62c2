// The run as a short Markdown page for people: for a comment, a wiki, a mail.
#pragma once

#include <functional>
#include <string_view>

#include "model/event.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

// "failed", "passed, flaky"
std::string_view result_word(const model::Verdict& verdict);

class MarkdownReport final : public model::EventSink {
 public:
  // Takes the whole document, once, at the run's end. `digests` must outlive it and receive each event first.
  using Store = std::function<void(std::string_view document)>;
  MarkdownReport(const FailureDigest& digests, Store store) : digests_(digests), store_(std::move(store)) {}

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  const FailureDigest& digests_;
  Store store_;
};

}  // namespace oversee::report
