// Prints the page about a run.
#include "report/run_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/byte_size.hpp"
#include "model/command_line.hpp"
#include "model/date.hpp"
#include "model/safe_text.hpp"
#include "model/verdict.hpp"
#include "report/columns.hpp"
#include "report/usage_text.hpp"

namespace oversee::report {
namespace {

constexpr std::size_t kLabelWidth = 11;
constexpr std::size_t kMostLines = 10;  // of the command
constexpr std::string_view kQuote = "  | ";

std::string_view leaked_fate_on_page(const model::AttemptResult& result) {
  if (result.leaked_live) return "left alive";
  return result.all_killed() ? "killed" : "not all of them killed";
}

// Rows of a label and a text; an empty label continues the row above.
class Page {
 public:
  explicit Page(std::size_t width) : width_(width) {}

  void row(std::string_view label, std::string text) {
    if (text.empty()) return;
    text = model::harmless(text);
    lines_ += fmt::format("{:<{}}{}\n", label, kLabelWidth, wrap(text, width_, kLabelWidth));
  }

  void quote(std::string_view line) {
    lines_ += std::string(kQuote)
                  .append(shorten(line, width_ == kAnyWidth ? width_ : width_ - std::min(width_, kQuote.size())))
                  .append("\n");
  }

  void line(const std::string& text) {
    lines_ += wrap(model::harmless(text), width_, 0);
    lines_ += '\n';
  }

  std::string take() { return std::move(lines_); }

 private:
  std::size_t width_;
  std::string lines_;
};

// The status in plain words: "timed out" for "timed_out".
std::string status_words(const model::RecordedRun& run) {
  if (run.passed() && run.flaky) return "flaky";
  return model::spaced(run.status);
}

std::string lasted(const model::RecordedRun& run, model::WallTime now) {
  return model::describe_duration(std::max(now - run.started, model::WallTime::duration(0)));
}

std::string status_sentence(const model::RecordedRun& run, model::WallTime now) {
  if (run.status == "running") {
    return fmt::format("running for {}, attempt {}, by oversee with pid {}", lasted(run, now), run.attempt_count() + 1,
                       run.pid);
  }
  if (run.status == "pending") return "pending: its command has not been started yet";
  if (run.status == "unknown") {
    return fmt::format("unknown: oversee (pid {} on host {}) cannot be seen from here, and has told no end", run.pid,
                       run.host);
  }
  if (run.status == "lost" && run.pid == 0) return "lost: oversee was killed before the command was started";
  if (run.status == "lost") {
    return fmt::format("lost: oversee (pid {}) is gone without having told an end; how the command ended is not known",
                       run.pid);
  }
  return model::headline(status_words(run), run.summary);
}

std::string exit_words(const model::RecordedRun& run) {
  if (!run.exit_status) return {};
  std::string text = fmt::format("{}", *run.exit_status);
  if (!run.signal.empty()) {
    text += fmt::format(" (the command died of {})", run.signal);
  } else if (run.exit_code && *run.exit_code != *run.exit_status) {
    text += fmt::format(" (the command: {})", *run.exit_code);
  }
  return text;
}

std::string label_words(const model::RecordedRun& run) {
  std::string text;
  for (const auto& [key, value] : run.labels) text += fmt::format("{}{}={}", text.empty() ? "" : "  ", key, value);
  return text;
}

// The settings that limit the run, except those at their default.
std::string setting_words(const model::RecordedRun& run) {
  std::string text;
  const auto add = [&](std::string_view key, std::string_view none) {
    const auto found = run.settings.find(std::string(key));
    if (found == run.settings.end() || found->second == none) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : "  ", key, found->second);
  };
  add("timeout", "none");
  if (const auto origin = run.settings.find("timeout-origin"); origin != run.settings.end()) {
    text += fmt::format(" ({})", origin->second);
  }
  add("idle-timeout", "none");
  add("total-timeout", "none");
  add("retries", "0");
  return text;
}

// Keeps the sum within the clock's range, whatever the record claims.
model::Duration add(model::Duration sum, model::Duration each) {
  return std::min(sum + each, model::Duration::max() / 3);
}

model::Usage sum_of(const std::vector<model::RecordedAttempt>& attempts) {
  model::Usage sum;
  for (const model::RecordedAttempt& each : attempts) {
    const model::Usage& usage = each.result.usage;
    sum.user = add(sum.user, usage.user);
    sum.system = add(sum.system, usage.system);
    sum.max_rss_bytes = std::max(sum.max_rss_bytes, usage.max_rss_bytes);
    sum.peak_bytes = std::max(sum.peak_bytes, usage.peak_bytes);
  }
  return sum;
}

std::string output_words(const std::vector<model::RecordedAttempt>& attempts) {
  const auto told = [&](auto stream, std::string_view name) {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
    std::uint64_t omitted = 0;
    for (const model::RecordedAttempt& each : attempts) {
      bytes += (each.result.*stream).bytes;
      lines += (each.result.*stream).lines;
      omitted += (each.result.*stream).omitted_bytes;
    }
    std::string text =
        fmt::format("{} of {} in {} {}", model::describe_byte_size(bytes), name, lines, lines == 1 ? "line" : "lines");
    if (omitted != 0) text += fmt::format(" ({} not in the log)", model::describe_byte_size(omitted));
    return text;
  };
  const bool out = std::ranges::any_of(attempts, [](const auto& each) { return each.result.out.counted; });
  const bool err = std::ranges::any_of(attempts, [](const auto& each) { return each.result.err.counted; });
  std::string text = out ? told(&model::AttemptResult::out, "stdout") : std::string();
  if (err) text += (text.empty() ? "" : ", ") + told(&model::AttemptResult::err, "stderr");
  return text;
}

void add_attempts(Page& page, const model::RecordedRun& run) {
  std::string_view label = "attempts";
  for (const model::RecordedAttempt& each : run.attempts) {
    if (run.omitted && each.result.number == run.omitted->last + 1) {
      page.row("", fmt::format("{}-{}  {}", run.omitted->first, run.omitted->last, describe(run.omitted->reasons)));
    }
    page.row(label, fmt::format("{}  {}", each.result.number, describe(each.result)));
    label = "";
  }
}

// What the attempts did and left behind; labelled by attempt if there are several.
void add_findings(Page& page, const model::RecordedRun& run) {
  const bool many = run.attempts.size() > 1;
  for (const model::RecordedAttempt& each : run.attempts) {
    const model::AttemptResult& result = each.result;
    const std::string of = many ? fmt::format("attempt {}: ", result.number) : std::string();
    const auto add = [&](std::string_view label, const std::string& text) {
      if (!text.empty()) page.row(label, of + text);
    };
    add("evidence", each.evidence);
    add("limits", means_text(result.limits));
    if (result.passed_limit) add("passed", describe(*result.passed_limit));
    for (const model::Survivor& survivor : result.leaked) {
      add("leaked", fmt::format("{}, {}", describe(survivor), leaked_fate_on_page(result)));
    }
    if (result.leaked_more != 0) add("", fmt::format("and {} more", result.leaked_more));
    for (const model::ProcessName& process : result.unkilled) {
      add("unkilled", fmt::format("pid {}  {}", process.pid, process.command));
    }
    if (result.unkilled_more != 0) add("", fmt::format("and {} more", result.unkilled_more));
    if (result.unkilled_unknown) add("unkilled", std::string(model::kUnknownLeft));
  }
}

void add_digest(Page& page, const model::RecordedRun& run, const Digest& digest) {
  const std::size_t shown = std::min(digest.last.size(), kMostLines);
  const auto first = digest.last.end() - static_cast<std::ptrdiff_t>(shown);
  if (digest.first_error && std::find(first, digest.last.end(), *digest.first_error) == digest.last.end()) {
    page.line("");
    page.line("first error:");
    page.quote(digest.first_error->text);
  }
  if (shown == 0) return;
  page.line("");
  page.line(shown == 1 ? "last line:" : fmt::format("last {} lines{}:", shown, run.lives() ? " so far" : ""));
  for (auto line = first; line != digest.last.end(); ++line) page.quote(line->text);
}

}  // namespace

std::string run_page(const model::RecordedRun& run, const Digest& digest, model::WallTime now, std::size_t width) {
  Page page(width);
  page.row("run", run.id);
  page.row("name", run.name);
  page.row("labels", label_words(run));
  page.row("command", model::quote_command(run.command));
  page.row("directory", run.directory);
  page.row("host", run.host);
  page.row("started", fmt::format("{}, {}", model::format_date(run.started), model::describe_age(now - run.started)));
  page.row("status", status_sentence(run, now));
  page.row("exit", exit_words(run));
  if (run.duration) page.row("duration", model::describe_duration(*run.duration));
  // Without a process, nothing was used.
  if (const model::Usage usage = sum_of(run.attempts); usage.max_rss_bytes != 0) {
    const std::string without =
        run.omitted ? fmt::format(" (without attempts {}-{})", run.omitted->first, run.omitted->last) : std::string();
    page.row("used", cost_text(usage) + without);
    page.row("output", output_words(run.attempts) + without);
  }
  page.row("settings", setting_words(run));
  if (run.attempts.size() > 1 || (run.lives() && !run.attempts.empty())) add_attempts(page, run);
  add_findings(page, run);
  add_digest(page, run, digest);
  if (!run.log_path.empty()) {
    page.line("");
    page.row("log", run.log_path);
    if (!run.log_error.empty()) page.row("", fmt::format("not complete: {}", run.log_error));
    page.row("", fmt::format("oversee logs {}", run.id));
  }
  return page.take();
}

}  // namespace oversee::report
