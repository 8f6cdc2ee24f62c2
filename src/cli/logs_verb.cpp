// oversee logs: prints a run's log, or the exact bytes of a stream.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "cli/console.hpp"
#include "cli/log_file.hpp"
#include "cli/named_runs.hpp"
#include "cli/recorded_runs.hpp"
#include "cli/verb_values.hpp"
#include "cli/verbs.hpp"
#include "history/run_directory.hpp"
#include "history/run_lookup.hpp"
#include "history/run_record.hpp"
#include "model/outcome.hpp"
#include "os/descriptor.hpp"
#include "os/host.hpp"
#include "os/process_watch.hpp"
#include "os/signals.hpp"
#include "report/log_view.hpp"

namespace oversee::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::array kLogsOptions{
    VerbOption{"stdout", 0, "", "The bytes of the command's stdout, exactly, and nothing else"},
    VerbOption{"stderr", 0, "", "Those of its stderr; with --stdout both, in the log's order"},
    VerbOption{"plain", 0, "", "Leave out terminal escape sequences"},
    VerbOption{"tail", 0, "N", "The last N lines only", "10|20|100"},
    VerbOption{"follow", 'f', "", "Go on with what is written, until the run ends"},
    VerbOption{"format", 0, "FORMAT", "Print it as text, or each line as json", "text|json"},
};

constexpr auto kBetweenLooks = 100ms;  // polling interval of a growing log

struct LogsRequest {
  report::LogChoice choice;
  std::optional<std::uint64_t> tail;
  bool follow = false;
};

// Buffers the output, so that short lines are not written one by one.
class Output {
 public:
  void add(std::string_view bytes) {
    if (bytes.size() > kLogChunk) {
      flush();
      write(bytes);
      return;
    }
    kept_ += bytes;
    if (kept_.size() > kLogChunk) flush();
  }

  void flush() {
    write(kept_);
    kept_.clear();
  }

  // 0, or the errno of the first failed write. Later output is discarded.
  int error() const { return error_; }

 private:
  void write(std::string_view bytes) {
    if (error_ == 0 && !os::write_patiently(STDOUT_FILENO, bytes)) error_ = errno;
  }

  std::string kept_;
  int error_ = 0;
};

// Like cat: a closed reader ends the process silently.
int stop_for(int error) {
  if (error == EPIPE) os::die_of(SIGPIPE);
  say(fmt::format("cannot write to stdout: {}", std::strerror(error)));
  return model::kExitOwnFailure;
}

std::expected<LogsRequest, std::string> read_request(const VerbArguments& arguments) {
  LogsRequest request;
  request.choice = {.out = arguments.has("stdout"), .err = arguments.has("stderr"), .plain = arguments.has("plain")};
  request.follow = arguments.has("follow");
  const auto json = json_asked(arguments);
  if (!json) return std::unexpected(json.error());
  request.choice.json = *json;
  if (arguments.has("tail")) {
    const std::string text = arguments.value("tail");
    std::uint64_t lines = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lines);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return std::unexpected(cannot_read("tail", text, "a number of lines such as 20"));
    }
    request.tail = lines;
  }
  return request;
}

// A first pass counts lines to find where the last ones start, so that no line is buffered. Returns the end offset:
// without --follow, lines written meanwhile are not shown.
std::uint64_t find_tail(LogFile& log, const LogsRequest& request, const report::LogView::ReadSpilled& read_spilled,
                        report::LogView& view) {
  report::TailCount count;
  report::LogView counting(
      request.choice, [&](std::string_view bytes) { count.count(bytes); }, read_spilled);
  while (log.read_some([&](std::string_view chunk) { counting.read(chunk); })) {
  }
  if (!request.follow) counting.finish();
  view.skip(count.all_but(*request.tail));
  const std::uint64_t end = log.offset();
  log.rewind();
  return request.follow ? UINT64_MAX : end;
}

// True if the record says so, or if the run was interrupted.
bool writes_no_more(const history::RunDirectory& directory, const std::string& id) {
  const auto record = history::read_record(directory, id);
  return !record || !history::may_live(history::state_of(*record));
}

int show(const history::RunDirectory& directory, const history::RunRecord& record, LogFile& log,
         const LogsRequest& request) {
  Output output;
  const auto read_spilled = [&](const report::SpilledPart& part, const report::LogView::Print& take) {
    auto file = history::open_spilled(directory, record.id, part.stream);
    if (!file) return;  // the view counts the missing bytes
    LogFile spilled(std::move(*file), directory.path_of(record.id));
    spilled.seek(part.offset);
    while (output.error() == 0 && spilled.read_some(take, part.offset + part.bytes)) {
    }
  };
  report::LogView view(
      request.choice, [&](std::string_view bytes) { output.add(bytes); }, read_spilled);
  const std::uint64_t end = request.tail ? find_tail(log, request, read_spilled, view) : UINT64_MAX;
  // A run in another PID namespace cannot be watched; then only its record and lock are checked. The watch is on this
  // process.
  const os::ProcessWatch watch(history::shares_pids(record) ? record.pid : os::process_id());
  for (bool last_look = !request.follow || !history::may_live(history::state_of(record));;) {
    while (!log.failure() && output.error() == 0 &&
           log.read_some([&](std::string_view chunk) { view.read(chunk); }, end)) {
      if (request.follow) output.flush();
    }
    output.flush();
    if (log.failure() || output.error() != 0 || last_look) break;
    // Check for the end before reading again, so that the last read includes the run's last lines.
    last_look = watch.wait(kBetweenLooks, STDOUT_FILENO) || writes_no_more(directory, record.id);
    if (os::nobody_reads(STDOUT_FILENO)) return stop_for(EPIPE);
  }
  view.finish();
  output.flush();
  if (output.error() != 0) return stop_for(output.error());
  if (log.failure()) return refuse(*log.failure());
  if (const auto missing = view.missing()) warn(*missing);
  return EXIT_SUCCESS;
}

int logs(const VerbArguments& arguments) {
  auto request = read_request(arguments);
  if (!request) {
    say(request.error());
    return model::kExitOwnFailure;
  }
  const auto runs = find_named_runs(arguments.operands);
  if (!runs) return refuse(runs.error());
  const std::string& id = runs->ids.front();
  const auto record = history::read_record(runs->directory, id);
  if (!record) return refuse(record.error());
  auto file = history::open_run_log(runs->directory, *record);
  if (!file) return refuse(file.error());
  request->choice.raw = record->log_format == "raw";
  if (request->choice.raw && (request->choice.json || !request->choice.whole_log())) {
    return refuse({"tell the streams apart", 0, record->log_path, "it is a raw log, which has both in one"});
  }
  LogFile log(std::move(file->file), record->log_path, file->begin, file->end);
  const int status = show(runs->directory, *record, log, *request);
  // Read the record again: a run that was followed reports a log error at its end.
  const auto now = history::read_record(runs->directory, id);
  if (now && !now->log_error.empty()) warn(fmt::format("the log ends early: {}", now->log_error));
  return status;
}

}  // namespace

const Verb kLogsVerb{
    .name = "logs",
    .operands = "RUN",
    .operand_count = 1,
    .summary = "Print the log of a run: its id, the beginning of one, or last",
    .options = kLogsOptions,
    .run = logs,
};

}  // namespace oversee::cli
