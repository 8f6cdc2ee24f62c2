// Resolves the operands of verbs to runs.
#include "cli/named_runs.hpp"

#include "cli/recorded_runs.hpp"
#include "history/run_lookup.hpp"
#include "model/verdict.hpp"
#include "os/host.hpp"
#include "report/json_text.hpp"

namespace oversee::cli {

model::Result<NamedRuns> find_named_runs(std::span<const std::string> words) {
  auto directory = find_run_directory();
  if (!directory) return std::unexpected(directory.error());
  if (!*directory) {
    return std::unexpected(
        model::Failure{"find a run", 0, os::temporary_directory(), "none is recorded there; is TMPDIR another one?"});
  }
  NamedRuns runs{std::move(**directory), {}};
  for (const std::string& word : words) {
    auto id = history::find_run(runs.directory, word);
    if (!id) return std::unexpected(id.error());
    runs.ids.push_back(std::move(*id));
  }
  return runs;
}

std::string end_of(const history::RunRecord& record) {
  return model::headline(model::spaced(record.status), record.summary);
}

std::string short_json(std::span<const history::RunRecord> records) {
  report::JsonText json;
  json.begin_array({});
  for (const history::RunRecord& record : records) {
    json.begin_object().text("run_id", record.id).text("name", record.name);
    json.text("status", history::shown_status(record));
    json.text_or_null("reason", record.reason).number_or_null("exit_status", record.exit_status);
    json.text("summary", record.summary).end_object();
  }
  json.end_array();
  return json.take();
}

}  // namespace oversee::cli
