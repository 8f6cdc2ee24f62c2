// Feeds random text as a run's record, as list, show and stats read it: it must be refused with a sentence, or shown as
// lines of text. events.cpp tests genuine records.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "history/record_glance.hpp"
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

void check(std::string_view text) {
  static const history::RunDirectory directory = make_directory();
  for (const char* key : {"status", "name", "flaky"}) {
    const auto glance = history::glance_at(text, key);
    must(!glance || glance->find_first_of("\\\n") == std::string_view::npos, "a glance sees what stands as it is");
  }
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
}

}  // namespace
}  // namespace oversee::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  oversee::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
