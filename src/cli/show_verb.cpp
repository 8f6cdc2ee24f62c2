// oversee show: shows everything recorded about a run.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "cli/console.hpp"
#include "cli/log_file.hpp"
#include "cli/named_runs.hpp"
#include "cli/recorded_runs.hpp"
#include "cli/verbs.hpp"
#include "history/run_lookup.hpp"
#include "history/run_selection.hpp"
#include "model/outcome.hpp"
#include "os/clock.hpp"
#include "report/json_text.hpp"
#include "report/log_digest.hpp"
#include "report/run_page.hpp"

namespace oversee::cli {
namespace {

constexpr std::array kShowOptions{
    VerbOption{"format", 0, "FORMAT", "Print a page as text, or the record as it is, json", "text|json"},
};

// Bytes read from the end of a log or a spilled stream to find the last lines.
constexpr std::uint64_t kMostOfLog = 1024 * 1024;

// Passes on at most the last kMostOfLog bytes of a range.
void read_end(LogFile& log, std::uint64_t from, std::uint64_t to, const report::LogView::Print& take) {
  log.seek(std::max(from, to - std::min(to, kMostOfLog)));
  while (log.read_some(take, to)) {
  }
}

report::Digest digest_of(const history::RunDirectory& directory, const history::RunRecord& record) {
  auto file = history::open_run_log(directory, record);
  if (!file) return {};
  const auto whole = static_cast<std::uint64_t>(std::max<off_t>(::lseek(file->file.get(), 0, SEEK_END), 0));
  const std::uint64_t begin = file->begin;
  const std::uint64_t end = std::min(whole, file->end);
  LogFile log(std::move(file->file), record.log_path);
  report::LogDigest digest(record.log_format == "raw",
                           [&](const report::SpilledPart& part, const report::LogView::Print& take) {
                             auto spilled = history::open_spilled(directory, record.id, part.stream);
                             if (!spilled) return;
                             LogFile last(std::move(*spilled), record.id);
                             read_end(last, part.offset, part.offset + part.bytes, take);
                           });
  // Reading may start in the middle of a line; skip its rest.
  bool cut = end - std::min(begin, end) > kMostOfLog;
  read_end(log, begin, end, [&](std::string_view chunk) {
    if (cut) {
      const std::size_t newline = chunk.find('\n');
      if (newline == std::string_view::npos) return;
      chunk.remove_prefix(newline + 1);
      cut = false;
    }
    digest.read(chunk);
  });
  return digest.take();
}

int show(const VerbArguments& arguments) {
  const auto json = json_asked(arguments);
  if (!json) return say_error(json.error()), model::kExitOwnFailure;
  const auto runs = find_named_runs(arguments.operands);
  if (!runs) return refuse(runs.error());
  const history::RunDirectory& directory = runs->directory;
  const std::string& id = runs->ids.front();
  const model::WallTime now = os::read_clock().wall;
  const auto text = directory.read(id + std::string(history::kRecordSuffix));
  if (!text) return refuse(text.error());
  auto run = history::judge_run(directory, id, *text, now);
  if (!run) return refuse(run.error());
  if (*json) {
    if (text->empty()) return refuse({"show the record", 0, id, "it is empty: the run has not begun"});
    return print(report::harmless_json(*text));
  }
  history::RunRecord& record = run->record;
  record.status = run->status;
  const report::Digest digest = record.passed() ? report::Digest{} : digest_of(directory, record);
  return print(report::run_page(record, digest, now, stdout_width()));
}

}  // namespace

const Verb kShowVerb{
    .name = "show",
    .operands = "RUN",
    .operand_count = 1,
    .summary = "Show all about a run: its id, the beginning of one, or last",
    .options = kShowOptions,
    .run = show,
};

}  // namespace oversee::cli
