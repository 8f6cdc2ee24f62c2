// The consumers of a run's events: displays, logs and reports, connected according to the settings.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "cli/ci_output.hpp"
#include "cli/event_output.hpp"
#include "cli/outputs.hpp"
#include "cli/screen_undo.hpp"
#include "model/run_spec.hpp"
#include "os/descriptor.hpp"
#include "report/digest_text.hpp"
#include "report/failure_digest.hpp"
#include "report/held_output.hpp"
#include "report/json_summary.hpp"
#include "report/junit_report.hpp"
#include "report/line_count.hpp"
#include "report/markdown_report.hpp"
#include "report/notice_lines.hpp"
#include "report/raw_copy.hpp"
#include "report/raw_log.hpp"
#include "report/relay.hpp"
#include "report/status_line.hpp"
#include "report/stream_filter.hpp"
#include "report/summary_line.hpp"
#include "report/tagged_log.hpp"
#include "run/supervisor.hpp"
#include "settings/resolve.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::cli {

// Redraws the live status line on a terminal while the command's output is not shown.
class StatusDisplay {
 public:
  // Whether stderr is a terminal that can redraw a line.
  static bool possible();

  explicit StatusDisplay(uv::Loop& loop);

  // Must receive the run's events before other sinks.
  report::StatusLine& line() { return line_; }

  void start();
  // Wipes the line and stops drawing.
  void stop();

 private:
  void draw();

  report::StatusLine line_;
  uv::Timer timer_;
};

class PacedSink;

class Reporters {
 public:
  // All references must outlive this object. `event_file` is empty without --events.
  Reporters(uv::Loop& loop, run::Supervisor& supervisor, const settings::Settings& settings, const model::RunSpec& spec,
            RunFiles& files, os::UniqueFd event_file, model::CiService ci);
  ~Reporters();

  // Call after the last line: waits for the reader of stderr, and records how many lines were dropped.
  void finish();
  // Makes the record anew, because the log has turned out to be incomplete.
  void tell_again();

 private:
  void watch_sinks();
  void open_log();
  void hold_output_back();
  void hold_stdout_back();
  bool tell_gap(std::uint64_t bytes);
  model::ByteSink& hold_back_for(OutputFile& file, std::unique_ptr<PacedSink>& paced);
  model::ByteSink* copy_sink(model::Stream stream);
  void open_reports();
  void answer_status();
  report::JsonSummary::States states();
  void show(const model::AttemptResult& result);
  bool all_shown();

  run::Supervisor& supervisor_;
  const settings::Settings& settings_;
  RunFiles& files_;
  model::ShowOutput show_;
  run::Audience shown_as_;  // the form of the shown output

  ShownOutputs shown_;
  std::optional<StatusDisplay> status_;
  std::optional<report::Relay> relay_;
  std::optional<report::StreamFilter> relayed_;  // if only one stream is shown live
  std::optional<ScreenUndo> screen_;
  const model::AttemptResult* last_ = nullptr;  // of the last attempt, once it has ended
  std::optional<report::HeldOutput> held_;
  std::optional<report::StreamFilter> held_stdout_;
  bool releasing_ = false;  // buffered output is being shown
  std::unique_ptr<PacedSink> log_sink_;
  std::array<std::unique_ptr<PacedSink>, model::kStreams> copy_sinks_;
  std::array<std::unique_ptr<PacedSink>, model::kStreams> spill_sinks_;
  std::unique_ptr<PacedSink> event_sink_;
  std::optional<report::TaggedLog> tagged_log_;
  std::optional<report::RawLog> raw_log_;
  report::LineCount lines_;
  report::RawCopy copy_;
  std::optional<EventOutput> events_;
  report::JsonSummary json_;
  std::shared_ptr<bool> within_line_ = std::make_shared<bool>(false);  // stderr is within a line of the command
  report::NoticeLines notices_;
  report::StatusLine asked_status_;
  report::FailureDigest digest_;
  CiOutput ci_;
  report::DigestLines digest_lines_;
  std::optional<report::JunitReport> junit_;
  std::optional<report::MarkdownReport> markdown_;
  report::SummaryLine summary_;
};

}  // namespace oversee::cli
