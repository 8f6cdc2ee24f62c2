// Prints the summary line.
#include "report/summary_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/safe_text.hpp"
#include "report/tint.hpp"

namespace oversee::report {
namespace {

// "; 5 processes could not be killed: sleep 99 (4312), … and 2 more"
template <class Process>
std::string name_processes(const std::vector<Process>& list, std::uint64_t more, std::string_view fate) {
  if (list.empty()) return {};
  constexpr std::size_t kNamed = 3;
  const std::size_t count = list.size() + more;
  std::string text = fmt::format("; {} {} {}: ", count, count == 1 ? "process" : "processes", fate);
  for (std::size_t i = 0; i < list.size() && i < kNamed; ++i) {
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", list[i].command, list[i].pid);
  }
  const std::size_t named = std::min(list.size(), kNamed);
  if (count > named) text += fmt::format(" and {} more", count - named);
  return text;
}

// If some or an unknown number of processes could not be killed, does not claim that the leaked ones were.
std::string_view fate_of_leaked(const model::AttemptResult& result) {
  const bool one = result.leaked.size() + result.leaked_more == 1;
  if (result.leaked_live) return one ? "outlived it and lives on" : "outlived it and live on";
  return result.all_killed() ? "outlived it and had to be killed" : "outlived it";
}

std::string name_unkilled(const model::AttemptResult& result, const std::string& from) {
  std::string text = name_processes(result.unkilled, result.unkilled_more, "could not be killed" + from);
  if (result.unkilled_unknown) {
    const std::string_view how_many = result.unkilled.empty() ? "how many" : "whether more";
    text += fmt::format("; {} of its processes are left{} is unknown", how_many, from);
  }
  return text;
}

std::string summary_line(const model::RunFinished& run) {
  const model::AttemptResult& last = run.attempts->back();
  const std::string sentence = describe(run.verdict, *run.attempts, run.omitted);
  const std::string words = run.verdict.warns() ? "warning: flaky" : model::spaced(to_string(run.verdict.status));
  std::string text = "oversee: ";
  text += model::headline(words, sentence);
  if (last.evidence) {
    // The sentence of an idle timeout already says how long the command was silent.
    const bool told = last.reason == model::Reason::idle_timeout;
    const std::string what = told ? conclusion(*last.evidence) : model::sentence(*last.evidence);
    if (!what.empty()) text += "; " + what;
  }
  text += name_processes(last.leaked, last.leaked_more, fate_of_leaked(last));
  text += name_unkilled(last, "");
  // Processes of earlier attempts that may remain.
  for (const model::AttemptResult& each : *run.attempts) {
    if (&each == &last) break;
    const std::string from = fmt::format(" after attempt {}", each.number);
    if (each.leaked_live) text += name_processes(each.leaked, each.leaked_more, "left alive" + from);
    text += name_unkilled(each, from);
  }
  if (run.omitted != nullptr && run.omitted->remaining != 0) {
    text += fmt::format("; {} left alive after attempts {}-{}", run.omitted->remaining, run.omitted->first,
                        run.omitted->last);
  }
  if (!run.info->log_path.empty()) text += fmt::format(" [log {}]", run.info->log_path);
  return model::harmless(text) + '\n';
}

// Exit status 125 is always explained, unless it is the command's own.
bool is_own_failure(const model::RunFinished& run) {
  const model::AttemptResult& last = run.attempts->back();
  return run.verdict.exit == model::ExitAction{model::kExitOwnFailure, {}} && !last.exit_code;
}

Tint tint_of(const model::Verdict& verdict) {
  if (!verdict.success()) return Tint::bad;
  return verdict.warns() ? Tint::warning : Tint::good;
}

}  // namespace

SummaryLine::SummaryLine(model::ShowSummary show, bool on_terminal, std::function<void(std::string_view)> print,
                         bool colours)
    : show_(show), on_terminal_(on_terminal), print_(std::move(print)), colours_(colours) {}

void SummaryLine::on(const model::Event& event, const model::Reading&) {
  const auto* finished = std::get_if<model::RunFinished>(&event);
  if (finished == nullptr) return;
  if (show_ == model::ShowSummary::never && !is_own_failure(*finished)) return;
  const model::AttemptResult& last = finished->attempts->back();
  if (finished->verdict.success() && !finished->verdict.warns() && show_ == model::ShowSummary::failure) return;
  const bool by_key = last.cancelled_by && last.cancelled_by->pid == 0;
  std::string text;
  if (on_terminal_ && by_key) text += '\n';
  const std::string line = summary_line(*finished);
  text += colours_ ? tinted(line, tint_of(finished->verdict)) : line;
  print_(text);
}

}  // namespace oversee::report
