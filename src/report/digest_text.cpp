// Formats digests as text.
#include "report/digest_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "model/command_line.hpp"
#include "model/safe_text.hpp"

namespace oversee::report {
namespace {

// The bar before each line keeps people and CI services from mistaking the command's output for oversee's.
std::string quoted_lines(const Digest& digest) {
  std::string text;
  for (const DigestLine& line : digest.last) text += fmt::format("  | {}\n", line.text);
  return text;
}

std::string found_text(const Digest& digest) {
  std::string text;
  if (digest.first_error) text += fmt::format("first error: {}\n", digest.first_error->text);
  if (!digest.last.empty()) text += "last lines:\n" + quoted_lines(digest);
  return text;
}

bool cancelled(const model::RunFinished& run) { return run.verdict.status == model::Status::cancelled; }

}  // namespace

const model::AttemptResult& failed_attempt(const model::RunFinished& run) {
  const auto last_first = std::views::reverse(*run.attempts);
  const auto found = std::ranges::find_if(
      last_first, [](const model::AttemptResult& each) { return each.status != model::Status::completed; });
  return found == last_first.end() ? run.attempts->back() : *found;
}

std::string run_again(const model::RunInfo& info) {
  std::vector<std::string> words = info.argv;
  // The shell's name after the line matters only if arguments follow.
  if (info.is_shell_line && words.size() == 4) words.pop_back();
  std::string command = model::quote_command(words);
  if (!info.changed_directory) return command;
  const std::string directory[] = {"cd", info.directory};
  return fmt::format("{} && {}", model::quote_command(directory), command);
}

std::string attempt_text(const model::AttemptResult& result, const Digest& digest) {
  return model::harmless(describe(result)) + '\n' + found_text(digest);
}

std::string where_text(const model::RunInfo& info) {
  std::string text;
  if (!info.log_path.empty()) text += fmt::format("log: {}\n", model::harmless(info.log_path));
  return text + fmt::format("run again: {}\n", run_again(info));
}

std::string digest_text(const model::RunFinished& run, const Digest& digest) {
  return model::harmless(describe(run.verdict, *run.attempts, run.omitted)) + '\n' + found_text(digest) +
         where_text(*run.info);
}

DigestLines::DigestLines(Place place, const FailureDigest& digests, std::function<void(std::string_view)> print)
    : place_(place), digests_(digests), print_(std::move(print)) {}

// With ShowDigest::automatic, repeats nothing that the screen shows right above: usually a line or two, or nothing.
void DigestLines::on(const model::Event& event, const model::Reading&) {
  const auto* finished = std::get_if<model::RunFinished>(&event);
  if (finished == nullptr || finished->verdict.success() || place_.show == model::ShowDigest::never) return;
  const bool always = place_.show == model::ShowDigest::always;
  if (!always && (place_.summary == model::ShowSummary::never || cancelled(*finished))) return;

  const model::AttemptResult& failed = failed_attempt(*finished);
  const Digest& digest = digests_.of(failed.number);
  std::string text;
  if (digest.first_error && (always || !digest.error_is_among_last())) {
    text += fmt::format("oversee: first error: {}\n", digest.first_error->text);
  }
  if (!digest.last.empty() && (always || !place_.output_shown)) {
    const bool several = finished->attempts->size() > 1;
    text += several ? fmt::format("oversee: last lines of attempt {}:\n", failed.number) : "oversee: last lines:\n";
    text += quoted_lines(digest);
  }
  if (!text.empty() || always) text += fmt::format("oversee: run again: {}\n", run_again(*finished->info));
  if (!text.empty()) print_(text);
}

}  // namespace oversee::report
