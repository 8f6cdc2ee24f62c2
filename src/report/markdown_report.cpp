// Writes the Markdown report.
#include "report/markdown_report.hpp"

#include <fmt/format.h>

#include "model/byte_size.hpp"
#include "model/command_line.hpp"
#include "report/digest_text.hpp"
#include "report/markdown_text.hpp"

namespace oversee::report {
namespace {

std::string size_of(const model::StreamCount& stream) {
  return stream.counted ? model::describe_byte_size(stream.bytes) : "";
}

std::string table(const std::vector<model::AttemptResult>& attempts, const model::OmittedAttempts* omitted) {
  std::string text = "| attempt | ended by | after | stdout | stderr |\n|---:|---|---:|---:|---:|\n";
  for (const model::AttemptResult& each : attempts) {
    if (omitted != nullptr && each.number == omitted->last + 1) {
      text += fmt::format("| {}-{} | {} | | | |\n", omitted->first, omitted->last, describe(omitted->reasons));
    }
    text += fmt::format("| {} | {} | {} | {} | {} |\n", each.number, markdown_words(cause_words(each)),
                        model::describe_duration(each.duration()), size_of(each.out), size_of(each.err));
  }
  return text;
}

std::string markdown_document(const model::RunFinished& run, const FailureDigest& digests) {
  const model::RunInfo& info = *run.info;
  const model::AttemptResult& failed = failed_attempt(run);
  const Digest& digest = digests.of(failed.number);
  std::string text = fmt::format("# {}: {}\n\n", markdown_words(info.name), result_word(run.verdict));
  text += fmt::format("{}\n\n", markdown_words(describe(run.verdict, *run.attempts, run.omitted)));
  if (run.attempts->back().begun()) text += table(*run.attempts, run.omitted);
  if (failed.status != model::Status::completed) {
    if (digest.first_error) {
      text += "\nFirst error:\n\n" + markdown_block("text", digest.first_error->text);
    }
    if (!digest.last.empty()) {
      std::string lines;
      for (const DigestLine& line : digest.last) lines += line.text + '\n';
      text += fmt::format("\nLast lines of attempt {}:\n\n", failed.number) + markdown_block("text", lines);
    }
  }
  text += "\nCommand:\n\n" + markdown_block("sh", run_again(info));
  text += fmt::format("\nRun {} in {} on {}", markdown_code(info.id), markdown_code(info.directory),
                      markdown_code(info.host));
  if (!info.log_path.empty()) text += fmt::format(", log {}", markdown_code(info.log_path));
  return text + ".\n";
}

}  // namespace

std::string_view result_word(const model::Verdict& verdict) {
  switch (verdict.status) {
    case model::Status::completed: return verdict.flaky ? "passed, flaky" : "passed";
    case model::Status::failed: return verdict.reason == model::Reason::flaky ? "failed, flaky" : "failed";
    case model::Status::timed_out: return "timed out";
    case model::Status::cancelled: return "cancelled";
  }
  return "";
}

void MarkdownReport::on(const model::Event& event, const model::Reading&) {
  if (const auto* finished = std::get_if<model::RunFinished>(&event)) store_(markdown_document(*finished, digests_));
}

}  // namespace oversee::report
