// Completes the record and the log of an interrupted run.
#include "report/lost_summary.hpp"

#include <fmt/format.h>

#include "model/byte_size.hpp"
#include "model/date.hpp"
#include "model/safe_text.hpp"
#include "report/json_members.hpp"

namespace oversee::report {
namespace {

// A member of the outermost object; it cannot occur in a JSON string, which has no newlines.
constexpr std::string_view kStillRunning = "\n  \"status\": \"running\"";

// The attempts that ended earlier; this member comes right before the status.
constexpr std::string_view kAttempts = "\n  \"attempts\": [";
constexpr std::string_view kEndOfAttempts = "\n  ],";

constexpr std::string_view kWhyIncomplete = "oversee was killed: what it had not read yet of the output is missing";

// Does not say whether the command had ended: exit_code and signal do.
std::string sentence(const model::LostRun& lost) {
  const auto took = lost.attempt.finished.instant - lost.started;
  const auto number = [](std::uint64_t count) {
    return count == 1 ? std::string("a process") : fmt::format("{} processes", count);
  };
  const model::AttemptResult& attempt = lost.attempt;
  std::string left = "nothing of the command is left";
  if (attempt.unkilled_unknown) {
    left = "how many processes of the command are left is unknown";
  } else if (!attempt.unkilled.empty()) {
    left =
        fmt::format("of the command {} could not be killed", number(attempt.unkilled.size() + attempt.unkilled_more));
  } else if (!attempt.leaked.empty()) {
    left = fmt::format("the command left {} alive", number(attempt.leaked.size() + attempt.leaked_more));
  }
  return fmt::format("oversee itself was killed after {}; {}", model::describe_duration(took), left);
}

}  // namespace

std::optional<std::string> finish_document(std::string_view running, const model::LostRun& lost, const LostLog& log) {
  const std::size_t end = running.rfind(kStillRunning);
  if (end == std::string_view::npos) return {};
  JsonText json;
  json.begin_object().text("finished_at", model::format_date(lost.attempt.finished.wall));
  json.number("duration_ms", whole_milliseconds(lost.attempt.finished.instant - lost.started));
  json.text("status", to_string(lost.attempt.status)).text("reason", to_string(lost.attempt.reason));
  json.text("summary", sentence(lost));
  write_end(json, lost.attempt.exit_code, lost.attempt.signal);
  json.null("exit_status").boolean("flaky", false);
  json.text("containment", to_string(lost.attempt.containment)).text("proc", to_string(lost.attempt.proc));
  json.begin_array("attempts");
  write_attempt(json, {}, lost.attempt);
  json.end_array();
  if (log.path.empty()) {
    json.null("log");
  } else {
    json.begin_object("log").text("path", log.path).text("format", to_string(log.format));
    json.boolean("complete", false).text("error", kWhyIncomplete).end_object();
  }
  std::string members = json.end_object().take();
  std::string_view head = running.substr(0, end);
  if (const std::size_t earlier = head.rfind(kAttempts);
      earlier != std::string_view::npos && head.ends_with(kEndOfAttempts)) {
    std::string_view list = head.substr(earlier + kAttempts.size());
    list.remove_suffix(kEndOfAttempts.size());
    const std::size_t at = members.find(kAttempts) + kAttempts.size();
    // Killed between two attempts: the record knows more about the last attempt than the guard.
    const bool told =
        list.find(fmt::format("\"number\": {},\n      \"status\"", lost.attempt.number)) != std::string_view::npos;
    if (told) {
      members.replace(at, members.find("\n  ]", at) - at, list);
    } else {
      members.insert(at, std::string(list) + ',');
    }
    head = head.substr(0, earlier);
  }
  return std::string(head) + members.substr(1);  // without its opening brace
}

std::string last_lines(const model::LostRun& lost) {
  const model::AttemptResult& attempt = lost.attempt;
  const auto line = [](std::string_view key, std::string_view text) {
    return fmt::format("# {:<9} {}\n", key, model::harmless(text));
  };
  std::string lines = line("lost", std::string(kWhyIncomplete));
  for (const model::Survivor& each : attempt.leaked) lines += line("leaked", describe(each));
  for (const model::ProcessName& each : attempt.unkilled) {
    lines += line("unkilled", fmt::format("pid {}  {}", each.pid, each.command));
  }
  if (attempt.unkilled_unknown) lines += line("unkilled", std::string(model::kUnknownLeft));
  lines += line("status", fmt::format("{} ({})", to_string(attempt.status), to_string(attempt.reason)));
  lines += line("duration", fmt::format("{}  cpu {} user {} system  memory {}",
                                        model::describe_duration(attempt.finished.instant - lost.started),
                                        model::describe_duration(attempt.usage.user),
                                        model::describe_duration(attempt.usage.system),
                                        model::describe_byte_size(attempt.usage.max_rss_bytes)));
  return lines + line("finished", model::format_date(attempt.finished.wall));
}

}  // namespace oversee::report
