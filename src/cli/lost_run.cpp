// Completes the record of an interrupted run from the record itself, so that the guard needs little more than its id.
#include "cli/lost_run.hpp"

#include "history/directory_choice.hpp"
#include "history/run_directory.hpp"
#include "history/run_index.hpp"
#include "history/run_lookup.hpp"
#include "history/run_record.hpp"
#include "os/descriptor.hpp"
#include "os/file.hpp"
#include "report/lost_summary.hpp"

namespace oversee::cli {
namespace {

// Failures are ignored: no user is left to report them to.
void finish_log(const history::RunDirectory& directory, const history::RunRecord& record, const model::LostRun& lost) {
  const auto log = history::open_run_log(directory, record);
  if (!log) return;
  const auto end = os::reopen_to_append(log->file.get());
  if (!end) return;
  // The front may have died while writing a line.
  const std::string_view between = os::ends_in_newline(log->file.get()) ? "" : "\n";
  (void)os::write_fully(end->get(), std::string(between) + report::last_lines(lost));
}

}  // namespace

void finish_lost_run(const model::LostRun& lost) {
  // The guard has the front's environment, and therefore the same run directory.
  const auto found = history::find_directory(history::directory_order());
  if (!found || !*found) return;
  const auto& directory = (*found)->directory;
  const auto record = history::read_record(*directory, lost.id);
  if (!record || record->ended()) return;
  const bool tagged = record->log_format != "raw";
  if (tagged && !record->log_path.empty()) finish_log(*directory, *record, lost);
  const std::string name = lost.id + ".json";
  const auto running = directory->read(name);
  if (!running) return;
  const report::LostLog log{.path = record->log_path,
                            .format = tagged ? model::LogFormat::tagged : model::LogFormat::raw};
  const auto finished = report::finish_document(*running, lost, log);
  if (!finished) return;
  if (directory->replace(name, *finished)) history::add_to_index(*directory, lost.id, *finished);
  if (!lost.json_path.empty()) (void)os::replace_file(lost.json_path, *finished);
}

}  // namespace oversee::cli
