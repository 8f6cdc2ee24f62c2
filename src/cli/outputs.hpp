// The destinations of a run's output: log, copies, record and reports, and the sinks behind stdout and stderr.
#pragma once

#include <array>
#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/named_outputs.hpp"
#include "history/file_slots.hpp"
#include "history/life_lock.hpp"
#include "history/run_directory.hpp"
#include "model/byte_sink.hpp"
#include "model/failure.hpp"
#include "os/file_sink.hpp"
#include "os/side_process.hpp"
#include "report/held_output.hpp"
#include "report/json_summary.hpp"
#include "report/overflow.hpp"
#include "run/aside_sink.hpp"
#include "settings/resolve.hpp"
#include "uv/background_writer.hpp"
#include "uv/loop.hpp"

namespace oversee::cli {

// A file, pipe or device that is written while the command runs: the log, a copy of a stream, spilled output or events.
class OutputFile {
 public:
  // `head` is written first when the file is reopened after a rename or truncation.
  OutputFile(uv::Loop& loop, os::UniqueFd file, std::string path, std::string head);

  model::ByteSink& sink() { return *sink_; }
  // Whether a write may wait for a reader or a disk, so that the command must be throttled.
  bool can_block() const { return writer_ != nullptr || aside_ != nullptr; }
  // The side process that writes it, because its disk may hang; null if there is none. Jobs that it is given may use
  // the descriptors that were passed to use_also() before the first write.
  run::AsideSink* aside() { return aside_; }
  void use_also(int fd) { also_.push_back(fd); }
  // Truncates a file, so that it does not keep the bytes of an earlier run or attempt.
  void clear();
  // Closes it and calls the sink's on_error if something was not written. A pipe's reader gets a moment to finish.
  void finish();
  // The same without a wait, if a side process writes it: an error comes with end().
  void finish_later();
  // After finish_later() and all jobs: ends the side process, unless it hangs.
  void end();

 private:
  os::UniqueFd device_;  // if writes may wait for a reader; closed after its writer
  int fd_ = -1;
  std::unique_ptr<os::FileSink> file_;
  std::vector<int> also_;
  uv::BackgroundWriter* writer_ = nullptr;
  run::AsideSink* aside_ = nullptr;
  std::shared_ptr<std::atomic<bool>> closed_;  // by finish_later()
  std::unique_ptr<model::ByteSink> owned_;     // the writer or the side process's sink
  model::ByteSink* sink_ = nullptr;
};

// The files of one run. A file that cannot be opened causes a warning, unless the user named it.
class RunFiles {
 public:
  // Fails if a file that the user asked for cannot be opened or the run directory is not trustworthy. Uses another id
  // than the proposed one if that is taken.
  static model::Result<RunFiles> open(uv::Loop& loop, const settings::Settings& settings, NamedOutputs named,
                                      const std::string& proposed_id, const model::Reading& started);

  const std::string& run_id() const { return run_id_; }
  bool has_record() const { return directory_.has_value(); }
  const std::string& log_path() const { return log_path_; }
  OutputFile* log() { return log_.get(); }
  // Closes the log and returns its state.
  report::LogState finish_log();
  // The path of the --json copy, which the guard completes if this process dies; empty if it cannot.
  std::string json_path() const;
  // Sets a callback for the first loss of log output.
  void on_log_lost(std::function<void(int error)> told) { *log_lost_ = std::move(told); }

  // The file for output of a stream that the log does not take, created on first use; null if it cannot be created.
  OutputFile* spill(model::Stream stream);
  std::string spill_path(model::Stream stream) const;

  // The copy of a stream; null if there is none. Both streams share one if they go to the same file.
  OutputFile* copy(model::Stream stream) { return copies_[model::index(stream)].get(); }
  // Opens the next attempt's copies: new files if the name is a pattern, else the same files, truncated.
  void begin_copies(int attempt);
  void finish_copies();
  // Sets a callback for lost output of a copy.
  void on_copy_lost(std::function<void(int error)> told) { *copy_lost_ = std::move(told); }

  // The slots of the run's group; null if the run needs no slot.
  model::SlotQueue* slots() { return slots_.get(); }

  // Creates files for buffered output.
  model::Result<report::HeldOutput::Files> scratch_files() const;

  // The inode of the directory that holds the run's life lock; none without a lock.
  std::optional<std::uint64_t> life_lock() const { return life_ ? std::optional(life_->inode()) : std::nullopt; }

  // The directory of the record; null if the run has no record.
  const history::RunDirectory* directory() const { return directory_ ? &*directory_ : nullptr; }

  // Sends the summary to this descriptor as well.
  void answer_to(os::UniqueFd descriptor) { answer_ = std::move(descriptor); }
  // Whether another oversee has started this run and waits for the summary.
  bool answers() const { return static_cast<bool>(answer_); }
  report::JsonSummary::Stores summary_stores();
  // Waits until the record of the live run has been stored, but only a moment if the disk hangs.
  void await_record();
  // Work in the run directory, in the side process that writes there if the disk may hang. It must own what it uses.
  // With a wait, returns when it is done, or after that time; else it is done when end_writers() has returned, unless
  // the process hangs.
  void do_last(const std::function<void()>& job, std::optional<model::Duration> wait);
  // After the last store: ends the side processes, unless they hang. True: the log has lost something since its state
  // was told, so that the record is to be made anew.
  bool end_writers();
  // Writes a complete report to its destination.
  using Store = std::function<void(std::string_view document)>;
  Store junit_store() const { return report_store(*named_.junit); }
  Store markdown_store() const { return report_store(*named_.markdown); }
  // Whether a summary or report that the user asked for could not be written.
  bool summary_lost() const { return *summary_lost_; }

 private:
  RunFiles(uv::Loop& loop, const settings::Settings& settings, NamedOutputs named)
      : loop_(&loop), settings_(&settings), named_(std::move(named)) {}
  model::Result<void> open_named_log(const settings::Settings& settings);
  model::Result<void> open_copies();
  // In time: within a bound, while the loop keeps deadlines.
  model::Result<void> open_copy(model::Stream stream, const os::Destination& at, bool in_time);
  model::Result<void> open_attempts_copy(model::Stream stream, const std::string& name);
  void open_record(const std::string& proposed_id, const model::Reading& started);
  model::Result<void> open_default_log(bool required);
  void use_log(os::UniqueFd file, const std::string& path, std::string name);
  Store report_store(os::Destination at) const;
  std::string spill_name(model::Stream stream) const;
  run::AsideSink* writer();
  void store_running(std::string document);
  void store_final(const std::string& document);

  uv::Loop* loop_;
  const settings::Settings* settings_;
  NamedOutputs named_;
  std::string run_id_;
  std::optional<history::RunDirectory> directory_;
  bool record_can_hang_ = false;
  std::unique_ptr<history::FileSlots> slots_;
  std::optional<history::LifeLock> life_;  // held until this process ends
  std::optional<os::UniqueFd> running_;    // ID.json, open while the run lives
  bool stored_ = false;                    // it has content
  // Writes the record if there is no log to do it.
  std::unique_ptr<model::ByteSink> no_log_;
  std::unique_ptr<run::AsideSink> record_writer_;
  os::UniqueFd answer_;
  bool finished_ = false;  // the final document has been stored
  std::string log_path_;
  std::unique_ptr<OutputFile> log_;
  bool log_finished_ = false;
  bool writers_ended_ = false;
  int told_log_error_ = 0;    // when its state was asked for
  bool log_is_ours_ = false;  // it is in the run directory
  std::shared_ptr<int> log_error_ = std::make_shared<int>(0);
  std::shared_ptr<std::function<void(int)>> log_lost_ = std::make_shared<std::function<void(int)>>();
  std::array<std::unique_ptr<OutputFile>, model::kStreams> spills_;
  std::array<std::shared_ptr<OutputFile>, model::kStreams> copies_;
  std::shared_ptr<std::function<void(int)>> copy_lost_ = std::make_shared<std::function<void(int)>>();
  std::shared_ptr<bool> summary_lost_ = std::make_shared<bool>(false);
};

// Null after a warning if it cannot be created.
std::unique_ptr<model::Scratch> make_scratch(const std::string& directory, std::string_view what_instead);

// Sinks for the command's stdout and stderr. If both are the same file, the console's sink serves both, to keep their
// order.
struct ShownOutputs {
  std::unique_ptr<os::FileSink> file;          // stdout, if it is a file
  std::unique_ptr<model::ByteSink> out_owned;  // empty if out is err, or the file
  model::ByteSink* out = nullptr;
  model::ByteSink* err = nullptr;

  bool idle() const { return out->idle() && err->idle(); }
};

ShownOutputs open_shown_outputs(uv::Loop& loop);

}  // namespace oversee::cli
