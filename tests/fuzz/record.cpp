// Feeds random text as a run's record, as list, show and stats read it: it must be refused with a sentence, or shown as
// lines of text. events.cpp tests genuine records.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/run_id.hpp"
#include "history/run_index.hpp"
#include "history/run_selection.hpp"
#include "model/run_statistics.hpp"
#include "must.hpp"
#include "record_directory.hpp"
#include "report/columns.hpp"
#include "report/run_page.hpp"
#include "report/run_table.hpp"

namespace oversee::fuzz {
namespace {

constexpr const char* kId = "20261123-121659-k3f9";
constexpr model::WallTime kNow{std::chrono::seconds(1'795'436'219)};

void check_lines(std::string_view text) {
  const auto control = [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f); };
  must(text.ends_with('\n') && std::ranges::none_of(text, control), "what is shown is lines of text");
}

void check_samples(const history::SelectedRun& run) {
  const model::RunSample sample{
      .name = run.record.name, .started = run.record.started, .passed = true, .took = run.record.last_attempt};
  const std::vector<model::RunSample> samples(model::kFewestSuccesses, sample);
  for (const model::RunStatistics& each : model::gather_statistics(samples)) {
    if (const auto timeout = model::suggest_timeout(each.took)) {
      must(timeout->limit >= std::chrono::seconds(1), "a timeout that is suggested is some");
    }
  }
  (void)model::cause_words(run.status, run.record.reason, run.record.exit_code, run.record.signal);
}

// Any text as lines of the index.
void check_index(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const auto entry = history::parse_index_line(text.substr(0, end))) {
      must(entry->id.size() == history::kRunIdSize && entry->inode != 0 && !entry->status.empty(), "a line is whole");
      must(entry->name().size() <= end, "a name is part of the line");
      must(!entry->any_label([&](std::string_view label) { return label.size() > end; }), "so is a label");
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// The line of a record says the same as the record.
void check_line(const history::RunRecord& record) {
  const std::string line = history::index_line(record, 7);
  if (line.empty() || record.status.find_first_of("\t\n") != std::string::npos || record.status.empty()) return;
  must(std::ranges::count(line, '\n') == 2, "a run has one line");
  const auto entry = history::parse_index_line(std::string_view(line).substr(1, line.size() - 2));
  must(entry && entry->id == record.id && entry->inode == 7 && entry->status == record.status &&
           entry->flaky == record.flaky && entry->name() == record.name,
       "a line says what the record says");
  std::vector<std::string> labels;
  for (const auto& [key, value] : record.labels) labels.push_back(key + '=' + value);
  std::vector<std::string> told;
  must(!entry->any_label([&](std::string_view label) { return told.emplace_back(label).size() > line.size(); }) &&
           told == labels,
       "a line has the labels of the record");
}

void check(std::string_view text) {
  static const history::RunDirectory directory = make_directory();
  check_index(text);
  const auto run = history::judge_run(directory, kId, text, kNow);
  if (!run) return must(!describe(run.error()).empty(), "a refusal is told");
  must(!run->status.empty() || !text.empty(), "a run has a status");
  history::RunRecord told = run->record;
  told.status = run->status;
  must(told.id == kId, "a run has the id of its file");
  must(!told.labels.contains("") && !told.settings.contains(""), "labels and settings have names");
  for (const std::size_t width : {std::size_t{20}, std::size_t{80}, report::kAnyWidth}) {
    check_lines(report::run_page(told, {}, kNow, width));
    const report::ListedRun row{.id = told.id,
                                .name = told.name,
                                .status = told.status,
                                .flaky = told.flaky,
                                .exit_status = told.exit_status,
                                .duration = told.duration,
                                .age = kNow - told.started,
                                .attempts = static_cast<int>(told.attempts.size())};
    check_lines(report::run_table(std::array{row}, width));
  }
  check_samples(*run);
  check_line(run->record);
}

}  // namespace
}  // namespace oversee::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  oversee::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
