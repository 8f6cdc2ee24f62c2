// Where a run's output goes: the log's file, the places of the summary, the sinks behind stdout and stderr.
#pragma once

#include <array>
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

// A file, pipe or device that is written to as the command runs: the log, a copy of a stream.
class OutputFile {
 public:
  // `head` is what a file begins with that is opened anew, as the one before was renamed or emptied.
  OutputFile(uv::Loop& loop, os::UniqueFd file, std::string path, std::string head);

  model::ByteSink& sink() { return *sink_; }
  // Whether what is written to it can be waited for, by a reader or a disk, so that its source is to be held back.
  bool can_block() const { return writer_ != nullptr || aside_ != nullptr; }
  // Whether it is written beside this process, as its disk can hang.
  bool writes_aside() const { return aside_ != nullptr; }
  // Something about other files, done there as well. Of their descriptors it has those that were named before the first
  // write.
  void post(std::function<void()> job);
  // Waits until the jobs are done, or for so long.
  void await_jobs(model::Duration patience);
  void use_also(int fd) { also_.push_back(fd); }
  // Another run's or attempt's bytes are none of this one's, where it is a file.
  void clear();
  // Nothing more will come: closes it, and tells the sink's on_error where something has not got there. A reader has a
  // moment to read on.
  void finish();

 private:
  os::UniqueFd device_;  // where a write to it can wait for a reader; goes after its writer
  int fd_ = -1;
  std::unique_ptr<os::FileSink> file_;
  std::vector<int> also_;
  uv::BackgroundWriter* writer_ = nullptr;
  run::AsideSink* aside_ = nullptr;
  std::unique_ptr<model::ByteSink> owned_;  // one of the two
  model::ByteSink* sink_ = nullptr;
};

// The files of one run. What cannot be had is told, and done without, unless the user named it.
class RunFiles {
 public:
  // Fails where the user asked for what cannot be, or the run directory is not to be trusted.
  // The id is the one proposed, or another where that is taken.
  static model::Result<RunFiles> open(uv::Loop& loop, const settings::Settings& settings, NamedOutputs named,
                                      const std::string& proposed_id, const model::Reading& started);

  const std::string& run_id() const { return run_id_; }
  // Whether the record is on a file system that may hang.
  bool record_can_hang() const { return record_can_hang_; }
  bool has_record() const { return directory_.has_value(); }
  const std::string& log_path() const { return log_path_; }
  OutputFile* log() { return log_.get(); }
  // Closes the log, and says how it has done.
  report::LogState finish_log();
  // The summary's copy, as the guard is to finish it should this process die; empty: there is none that it could.
  std::string json_path() const;
  // Told once when the log turns out to be incomplete.
  void on_log_lost(std::function<void(int error)> told) { *log_lost_ = std::move(told); }

  // The file for what the log does not take of a stream, made when it is first asked for; none where it cannot be made.
  std::optional<report::SpillFile> spill(model::Stream stream);

  // Where a copy of the stream goes; null: there is none. One for both, where both are one file.
  OutputFile* copy(model::Stream stream) { return copies_[model::index(stream)].get(); }
  // The next attempt's copies: files of their own by the pattern, or the same ones, emptied.
  void begin_copies(int attempt);
  void finish_copies();
  // Told when a copy is incomplete.
  void on_copy_lost(std::function<void(int error)> told) { *copy_lost_ = std::move(told); }

  // Of the run's group; null where it needs no slot.
  model::SlotQueue* slots() { return slots_.get(); }

  // Files for output that is held back.
  model::Result<report::HeldOutput::Files> scratch_files() const;

  // The inode of the directory in which the run holds its lock of life; none where it holds none.
  std::optional<std::uint64_t> life_lock() const { return life_ ? std::optional(life_->inode()) : std::nullopt; }

  // Where the record is; null: it has none.
  const history::RunDirectory* directory() const { return directory_ ? &*directory_ : nullptr; }

  // The summary goes there, too.
  void answer_to(os::UniqueFd descriptor) { answer_ = std::move(descriptor); }
  // Whether the run is one of several that another oversee has started.
  bool answers() const { return static_cast<bool>(answer_); }
  report::JsonSummary::Stores summary_stores();
  // Waits until the record that was stored while the run lives is in its file, but not long where the disk hangs.
  void await_record();
  // Put a report in its place, whole.
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
  model::Result<void> open_copy(model::Stream stream, const os::Destination& at);
  model::Result<void> open_attempts_copy(model::Stream stream, const std::string& name);
  void open_record(const std::string& proposed_id, const model::Reading& started);
  model::Result<void> open_default_log(bool required);
  void use_log(os::UniqueFd file, const std::string& path, std::string name);
  Store report_store(os::Destination at) const;
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
  std::optional<os::UniqueFd> running_;    // ID.json as it is while the run lives
  bool stored_ = false;                    // something in it
  // Writes it where there is no log to do so.
  std::unique_ptr<model::ByteSink> no_log_;
  std::unique_ptr<run::AsideSink> record_writer_;
  os::UniqueFd answer_;
  bool finished_ = false;  // the final document was told
  std::string log_path_;
  std::unique_ptr<OutputFile> log_;
  std::shared_ptr<int> log_error_ = std::make_shared<int>(0);
  std::shared_ptr<std::function<void(int)>> log_lost_ = std::make_shared<std::function<void(int)>>();
  std::array<std::unique_ptr<os::FileSink>, model::kStreams> spills_;
  std::array<std::shared_ptr<OutputFile>, model::kStreams> copies_;
  std::shared_ptr<std::function<void(int)>> copy_lost_ = std::make_shared<std::function<void(int)>>();
  std::shared_ptr<bool> summary_lost_ = std::make_shared<bool>(false);
};

// Null, and a warning, where it cannot be made.
std::unique_ptr<model::Scratch> make_scratch(const std::string& directory, std::string_view what_instead);

// Sinks for the command's stdout and stderr; the console's for both where both are the same file, so that their order
// is kept.
struct ShownOutputs {
  std::unique_ptr<model::ByteSink> out_owned;  // empty where out is err
  model::ByteSink* out = nullptr;
  model::ByteSink* err = nullptr;

  bool idle() const { return out->idle() && err->idle(); }
};

ShownOutputs open_shown_outputs(uv::Loop& loop);

}  // namespace oversee::cli
