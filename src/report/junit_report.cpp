// Writes the JUnit report.
#include "report/junit_report.hpp"

#include <fmt/format.h>

#include "model/date.hpp"
#include "report/digest_text.hpp"
#include "report/xml_text.hpp"

namespace oversee::report {
namespace {

bool is_failure(model::Reason reason) {
  return reason == model::Reason::exit || reason == model::Reason::flaky || reason == model::Reason::leaked;
}

std::string junit_seconds(model::Duration time) {
  return fmt::format("{:.3f}", std::chrono::duration<double>(time).count());
}

// Surefire writes local dates without a zone; these are UTC.
std::string date(model::WallTime time) { return model::format_date(time).substr(0, 19); }

std::string stream_element(std::string_view name, const Digest& digest, model::Stream stream) {
  std::string text;
  for (const DigestLine& line : digest.last) {
    if (line.stream == stream) text += line.text + '\n';
  }
  return text.empty() ? "" : fmt::format("<{0}>{1}</{0}>", name, xml_content(text));
}

std::string streams(const Digest& digest, std::string_view indent) {
  std::string text;
  for (const std::string& each : {stream_element("system-out", digest, model::Stream::out),
                                  stream_element("system-err", digest, model::Stream::err)}) {
    if (!each.empty()) text += fmt::format("{}{}\n", indent, each);
  }
  return text;
}

// "flakyFailure" or "rerunError": an attempt besides the deciding one.
std::string other_attempt(std::string_view kind, const model::AttemptResult& result, const Digest& digest) {
  const std::string name = fmt::format("{}{}", kind, is_failure(result.reason) ? "Failure" : "Error");
  const std::string sentence = describe(result);
  return fmt::format(
      "      <{0} message=\"{1}\" type=\"{2}\">\n        <stackTrace>{3}</stackTrace>\n{4}      </{0}>\n", name,
      xml_attribute(fmt::format("attempt {}: {}", result.number, sentence)), to_string(result.reason),
      xml_content(attempt_text(result, digest)), streams(digest, "        "));
}

std::string failed_case(const model::RunFinished& run, const model::AttemptResult& first, const Digest& digest) {
  const std::string_view name = is_failure(run.verdict.reason) ? "failure" : "error";
  return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", name,
                     xml_attribute(describe(run.verdict, *run.attempts, run.omitted)), to_string(run.verdict.reason),
                     xml_content(attempt_text(first, digest) + where_text(*run.info)));
}

std::string properties(const model::RunFinished& run) {
  const model::RunInfo& info = *run.info;
  std::string text = "    <properties>\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) {
      text += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_attribute(value));
    }
  };
  add("run_id", info.id);
  add("command", info.command);
  add("directory", info.directory);
  add("log", info.log_path);
  if (run.omitted != nullptr) add("attempts_omitted", describe(*run.omitted));
  return text + "    </properties>\n";
}

std::string junit_document(const model::RunFinished& run, const FailureDigest& digests) {
  const model::RunInfo& info = *run.info;
  const bool passed = run.verdict.success();
  std::string own;       // the test case's own failure
  std::string failures;  // the other attempts, grouped by element as Surefire's schema requires
  std::string errors;
  for (const model::AttemptResult& each : *run.attempts) {
    if (each.status == model::Status::completed) continue;
    const Digest& digest = digests.of(each.number);
    if (!passed && own.empty()) {
      own = failed_case(run, each, digest);
    } else {
      std::string& others = is_failure(each.reason) ? failures : errors;
      others += other_attempt(passed ? "flaky" : "rerun", each, digest);
    }
  }
  if (!passed && own.empty()) own = failed_case(run, run.attempts->back(), {});
  const Digest& shown = digests.of(passed ? run.attempts->back().number : failed_attempt(run).number);

  const bool failure = !passed && is_failure(run.verdict.reason);
  const std::string counts =
      fmt::format("tests=\"1\" failures=\"{}\" errors=\"{}\"", failure ? 1 : 0, !passed && !failure ? 1 : 0);
  const std::string name = xml_attribute(info.name);
  const std::string time = junit_seconds(run.finished.instant - info.started.instant);
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites name=\"oversee\" {} time=\"{}\">\n", counts, time);
  text += fmt::format("  <testsuite name=\"{}\" {} skipped=\"0\" time=\"{}\" timestamp=\"{}\" hostname=\"{}\">\n", name,
                      counts, time, date(info.started.wall), xml_attribute(info.host));
  text += properties(run);
  text += fmt::format("    <testcase name=\"{}\" classname=\"oversee\" time=\"{}\">\n", name,
                      junit_seconds(run.attempts->back().duration()));
  text += failure ? own + failures + errors : failures + own + errors;
  return text + streams(shown, "      ") + "    </testcase>\n  </testsuite>\n</testsuites>\n";
}

}  // namespace

void JunitReport::on(const model::Event& event, const model::Reading&) {
  if (const auto* finished = std::get_if<model::RunFinished>(&event)) store_(junit_document(*finished, digests_));
}

}  // namespace oversee::report
