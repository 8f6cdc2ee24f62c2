// Opens the files, pipes and sinks that a run writes to.
#include "cli/outputs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/console.hpp"
#include "history/directory_choice.hpp"
#include "history/run_id.hpp"
#include "history/run_index.hpp"
#include "model/mechanism.hpp"
#include "os/asked_file.hpp"
#include "os/file.hpp"
#include "os/file_work.hpp"
#include "os/host.hpp"
#include "os/scratch_file.hpp"
#include "os/side_process.hpp"
#include "uv/background_writer.hpp"

namespace oversee::cli {
namespace {

std::string absolute(const std::string& path) {
  return path.starts_with('/') ? path : os::current_directory() + '/' + path;
}

// At the end: how long a pipe's reader may make no progress on a log or copy, and the bound on the whole wait.
constexpr auto kLogPatience = std::chrono::milliseconds(300);
constexpr auto kLogBound = std::chrono::seconds(2);

// At the end: how long to wait for a hung disk or file server.
constexpr auto kStuck = std::chrono::seconds(2);

// While the command runs: how long to wait for a hung disk before the output is given up.
constexpr auto kWhileRunning = std::chrono::seconds(1);

// How long the start of a command may wait for the record of its run.
constexpr auto kRecordPatience = std::chrono::milliseconds(500);

// Takes the place of the log if none is written.
class NoLog final : public model::ByteSink {
 public:
  bool write(std::string_view) override { return true; }
  bool idle() const override { return true; }
};

// Runs the store at the end of the run, when no deadline is pending, with a bound in case the disk hangs. The store
// owns everything that it uses, because it may continue after the bound.
model::Result<void> store_beside(bool can_hang, std::string_view stage, const std::string& path,
                                 std::function<model::Result<void>()> store) {
  if (!can_hang || !model::works(model::Mechanism::write_aside)) return store();
  auto result = std::make_shared<model::Result<void>>();
  const os::AskedFile asked(stage, path);
  const auto ended = os::do_beside([store = std::move(store), result] { *result = store(); }, kStuck, {});
  return ended ? *result : ended;
}

// Creates a file while the loop keeps clocks: waits only a bounded time for a file system that does not answer.
template <class Value>
model::Result<Value> made_in_time(bool can_hang, const std::string& path, std::function<model::Result<Value>()> make) {
  if (!can_hang || !model::works(model::Mechanism::write_aside)) return make();
  auto made = std::make_shared<std::optional<model::Result<Value>>>();
  os::SideProcess process;
  if (!process.start(os::SideProcess::Files::ours, {}, [made, make] { made->emplace(make()); })) return make();
  const os::AskedFile asked("make a file", path);
  if (!process.wait(kWhileRunning)) return std::unexpected(os::no_answer());
  if (!*made) return std::unexpected(os::helper_killed());
  return std::move(**made);
}

// Calls scratch files in a side process, each call within a bound. After the first call that exceeds it, every call
// fails.
class ScratchWorker {
 public:
  ScratchWorker(uv::Loop& loop, const std::vector<int>& files) : worker_(loop, none_, [files] { return files; }) {}

  // False: not done in time. The job may still run later, so it must own what it uses.
  bool call(std::function<void()> job) {
    hangs_ = hangs_ || !worker_.call(std::move(job), kWhileRunning);
    return !hangs_;
  }

 private:
  NoLog none_;
  run::AsideSink worker_;
  bool hangs_ = false;
};

class TimedScratch final : public model::Scratch {
 public:
  TimedScratch(std::shared_ptr<ScratchWorker> worker, std::shared_ptr<os::ScratchFile> file)
      : worker_(std::move(worker)), file_(std::move(file)) {}

  bool append(std::string_view bytes) override {
    const auto text = std::make_shared<std::string>(bytes);
    const auto error = std::make_shared<int>(ETIMEDOUT);
    const auto append = [file = file_, text, error] { *error = file->append(*text) ? 0 : errno; };
    errno = worker_->call(append) ? *error : ETIMEDOUT;
    return errno == 0;
  }

  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    const auto text = std::make_shared<std::string>(into.size(), '\0');
    const auto count = std::make_shared<std::size_t>(0);
    if (!worker_->call([file = file_, offset, text, count] { *count = file->read(offset, std::span(*text)); }))
      return 0;
    std::ranges::copy(std::string_view(*text).substr(0, *count), into.begin());
    return *count;
  }

  void clear() override {
    (void)worker_->call([file = file_] { file->clear(); });
  }

 private:
  std::shared_ptr<ScratchWorker> worker_;
  std::shared_ptr<os::ScratchFile> file_;
};

}  // namespace

OutputFile::OutputFile(uv::Loop& loop, os::UniqueFd file, std::string path, std::string head) : fd_(file.get()) {
  if (os::can_block(fd_)) {
    device_ = std::move(file);
    auto writer = std::make_unique<uv::BackgroundWriter>(loop, fd_);
    writer_ = writer.get();
    owned_ = std::move(writer);
    sink_ = owned_.get();
    return;
  }
  file_ = std::make_unique<os::FileSink>(std::move(file), std::move(path), std::move(head));
  sink_ = file_.get();
  if (!model::works(model::Mechanism::write_aside) || !os::can_hang(fd_)) return;
  auto aside = std::make_unique<run::AsideSink>(loop, *file_, [this] {
    std::vector<int> used = also_;
    used.push_back(fd_);
    return used;
  });
  aside_ = aside.get();
  owned_ = std::move(aside);
  sink_ = owned_.get();
}

void OutputFile::end() {
  if (aside_ == nullptr) return;
  aside_->end();
  if (!aside_->stuck() && fd_ >= 0) ::close(std::exchange(fd_, -1));  // the side process has closed its copy
  // It may still be at work that came after, such as the cleaning.
  const bool closed = fd_ < 0 || (closed_ && *closed_);
  if (aside_->stuck() && !closed && sink_->on_error) sink_->on_error(ETIMEDOUT);
}

void OutputFile::clear() {
  if (aside_ == nullptr) {
    if (file_) file_->clear();
  } else if (!aside_->call([file = file_.get()] { file->clear(); }, kStuck) && sink_->on_error) {
    sink_->on_error(ETIMEDOUT);
  }
}

void OutputFile::finish() {
  if (writer_ != nullptr) {
    const auto rest = writer_->drain(kLogPatience, kLogBound);
    if (rest.error == 0 && rest.bytes != 0 && sink_->on_error) sink_->on_error(ETIMEDOUT);
  } else if (aside_ == nullptr) {
    file_->close();
  } else {
    const bool done = aside_->call([file = file_.get()] { file->close(); }, kStuck);
    if (!done && sink_->on_error) sink_->on_error(ETIMEDOUT);
    if (!done) return;
    ::close(std::exchange(fd_, -1));  // the side process has closed its copy
    aside_->end();
  }
}

void OutputFile::finish_later() {
  if (aside_ == nullptr) return finish();
  closed_ = std::make_shared<std::atomic<bool>>(false);
  aside_->post([file = file_.get(), closed = closed_] {
    file->close();
    *closed = true;
  });
}

// Open first what may be refused, so that a refusal leaves no files behind.
model::Result<RunFiles> RunFiles::open(uv::Loop& loop, const settings::Settings& settings, NamedOutputs named,
                                       const std::string& proposed_id, const model::Reading& started) {
  RunFiles files(loop, settings, std::move(named));
  files.run_id_ = proposed_id;
  auto chosen = history::choose_directory(history::directory_order());
  if (!chosen.directory && settings.slot) {
    // The slots are counted in the run directory only.
    chosen.passed_over->failure.remedy += ": --max-concurrent has its slots there";
    return std::unexpected(std::move(chosen.passed_over->failure));
  }
  if (chosen.passed_over) {
    warn(fmt::format("{}; {}", describe(chosen.passed_over->failure),
                     chosen.directory ? fmt::format("this run is recorded in {}", chosen.directory->path())
                                      : "this run leaves no record"));
  }
  files.directory_ = std::move(chosen.directory);
  files.record_can_hang_ = files.directory_ && os::can_hang(files.directory_->fd());
  if (settings.slot) {
    auto slots = history::FileSlots::open(*files.directory_, *settings.slot);
    if (!slots) return std::unexpected(slots.error());
    files.slots_ = std::move(*slots);
  }
  if (auto log = files.open_named_log(settings); !log) return std::unexpected(log.error());
  if (auto copies = files.open_copies(); !copies) return std::unexpected(copies.error());
  files.open_record(proposed_id, started);
  if (files.slots_) files.slots_->name_run(files.run_id_);
  if (!settings.no_log && !files.log_) {
    if (auto log = files.open_default_log(settings.log_required); !log) {
      if (files.directory_) files.directory_->remove(files.run_id_ + ".json");
      return std::unexpected(log.error());
    }
  }
  if (files.log_ && files.directory_) {  // the writer of the log also writes the record
    files.log_->use_also(files.directory_->fd());
    if (files.running_) files.log_->use_also(files.running_->get());
  }
  return files;
}

model::Result<void> RunFiles::open_named_log(const settings::Settings& settings) {
  if (settings.no_log || (!settings.log && !settings.log_dir)) return {};
  if (settings.log_dir) {
    if (auto there = os::check_directory(*settings.log_dir, "use --log-dir"); !there) return there;
    auto found = os::find_destination(fmt::format("{}/{}.log", *settings.log_dir, run_id_));
    if (!found) return std::unexpected(found.error());
    named_.log = std::move(*found);
  }
  auto file = os::open_output(*named_.log, settings.log ? settings.log_mode : model::LogMode::truncate, "log");
  if (!file) return std::unexpected(file.error());
  const bool by_name = named_.log->kind == os::Destination::Kind::file;
  use_log(std::move(*file),
          by_name                   ? named_.log->path
          : named_.log->path == "-" ? "/dev/stdout"
                                    : absolute(*settings.log),
          by_name ? named_.log->path : "");
  return {};
}

model::Result<void> RunFiles::open_copies() {
  for (const model::Stream stream : {model::Stream::out, model::Stream::err}) {
    const auto& at = named_.copies[model::index(stream)];
    if (!at) continue;
    if (auto opened = open_copy(stream, *at, false); !opened) return opened;
  }
  return {};
}

// If both copies go to one file they share a sink, so that they do not overwrite each other.
model::Result<void> RunFiles::open_copy(model::Stream stream, const os::Destination& at, bool in_time) {
  auto& copy = copies_[model::index(stream)];
  const auto& first = copies_[model::index(model::Stream::out)];
  if (stream == model::Stream::err && first && named_.copies[0]->path == at.path) {
    copy = first;
    return {};
  }
  const std::string_view what = stream == model::Stream::out ? "copy of stdout" : "copy of stderr";
  auto file = made_in_time<os::UniqueFd>(in_time, at.path,
                                         [at, what] { return os::open_output(at, model::LogMode::truncate, what); });
  if (!file) return std::unexpected(file.error());
  const bool by_name = at.kind == os::Destination::Kind::file;
  copy = std::make_shared<OutputFile>(*loop_, std::move(*file), by_name ? at.path : "", "");
  copy->sink().on_error = [stream, lost = copy_lost_](int error) {
    warn(fmt::format("cannot write the copy of {}: {}; the command goes on, the copy ends here", to_string(stream),
                     std::strerror(error)));
    if (*lost) (*lost)(error);
  };
  return {};
}

void RunFiles::begin_copies(int attempt) {
  if (attempt == 1) return;
  const auto before = copies_;
  for (const model::Stream stream : {model::Stream::out, model::Stream::err}) {
    const std::size_t i = model::index(stream);
    if (!named_.copies[i]) continue;
    const bool first_of_it = before[i] && (i == 0 || before[i] != before[0]);
    const std::string& name = stream == model::Stream::out ? *settings_->stdout_file : *settings_->stderr_file;
    if (!is_pattern(name)) {
      if (first_of_it) copies_[i]->clear();
      continue;
    }
    if (first_of_it) before[i]->finish();
    copies_[i].reset();
    if (const auto opened = open_attempts_copy(stream, attempt_file(name, attempt)); !opened) {
      warn(describe(opened.error()) + "; the command goes on, the copy of this attempt is missing");
      if (*copy_lost_) (*copy_lost_)(opened.error().error);
    }
  }
}

model::Result<void> RunFiles::open_attempts_copy(model::Stream stream, const std::string& name) {
  auto found = made_in_time<os::Destination>(true, name, [name] { return os::find_destination(name); });
  if (!found) return std::unexpected(found.error());
  named_.copies[model::index(stream)] = std::move(*found);
  return open_copy(stream, *named_.copies[model::index(stream)], true);
}

void RunFiles::finish_copies() {
  for (std::size_t i = 0; i < copies_.size(); ++i) {
    if (copies_[i] && (i == 0 || copies_[i] != copies_[0])) copies_[i]->finish();
  }
}

void RunFiles::open_record(const std::string& proposed_id, const model::Reading& started) {
  if (!directory_) return;
  run_id_ = proposed_id;
  for (int attempt = 0; attempt < 3; ++attempt) {
    // Take the lock before creating the record, so that a reader that finds the record finds the lock.
    life_ = history::LifeLock::take(*directory_, run_id_);
    auto record = directory_->create(run_id_ + ".json");
    if (record) {
      history::RunDirectory::reserve(record->get());
      running_ = std::move(*record);
      return;
    }
    if (record.error().error != EEXIST) {
      warn(describe(record.error()) + "; this run leaves no record");
      directory_.reset();
      life_.reset();
      return;
    }
    run_id_ = history::make_run_id(started.wall);  // a collision: one in a million per second
  }
}

model::Result<void> RunFiles::open_default_log(bool required) {
  if (!directory_) {
    if (!required) return {};
    return std::unexpected(
        model::Failure{"write the log that is required", 0, os::temporary_directory(), "name one by --log"});
  }
  const std::string name = run_id_ + ".log";
  auto file = directory_->create(name);
  if (file) {
    use_log(std::move(*file), directory_->path_of(name), "");
    log_is_ours_ = true;
  } else if (required) {
    return std::unexpected(file.error());
  } else {
    warn(describe(file.error()) + "; this run has no log");
  }
  return {};
}

void RunFiles::use_log(os::UniqueFd file, const std::string& path, std::string name) {
  log_path_ = path;
  const bool tagged = settings_->log_format == model::LogFormat::tagged;
  // The first line names the run; it is repeated when the log continues in a new file.
  std::string head = tagged ? fmt::format("# oversee {}  run {}\n", OVERSEE_VERSION, run_id_) : "";
  log_ = std::make_unique<OutputFile>(*loop_, std::move(file), std::move(name), std::move(head));
  log_->sink().on_error = [error = log_error_, lost = log_lost_, path](int number) {
    if (*error != 0) return;
    *error = number;
    if (*lost) (*lost)(number);
    warn(fmt::format("cannot write the log: {}: {}; the command goes on, the log ends here", path,
                     os::describe_write_error(number)));
  };
}

std::string RunFiles::spill_name(model::Stream stream) const {
  return run_id_ + (stream == model::Stream::out ? ".stdout" : ".stderr");
}

std::string RunFiles::spill_path(model::Stream stream) const { return directory_->path_of(spill_name(stream)); }

OutputFile* RunFiles::spill(model::Stream stream) {
  auto& spill = spills_[model::index(stream)];
  if (!directory_ || spill) return spill.get();
  const std::string path = spill_path(stream);
  auto file = made_in_time<os::UniqueFd>(record_can_hang_, path,
                                         [this, name = spill_name(stream)] { return directory_->create(name); });
  if (!file) {
    warn(describe(file.error()) + "; the middle of that stream is left out instead");
    return nullptr;
  }
  spill = std::make_unique<OutputFile>(*loop_, std::move(*file), std::string(), std::string());
  spill->sink().on_error = [error = log_error_, lost = log_lost_, path](int number) {
    if (*error == 0) *error = number;
    if (*lost) (*lost)(number);
    warn(fmt::format("cannot write to {}: {}; the command goes on, that file ends here", path,
                     os::describe_write_error(number)));
  };
  return spill.get();
}

model::Result<report::HeldOutput::Files> RunFiles::scratch_files() const {
  const std::string place = directory_ ? directory_->path_of("") : os::temporary_directory();
  const bool can_hang = !directory_ || record_can_hang_;
  std::vector<std::shared_ptr<os::ScratchFile>> made;
  std::vector<int> descriptors;
  report::HeldOutput::Files files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto file = made_in_time<os::UniqueFd>(can_hang, place, [place] { return os::ScratchFile::make(place); });
    if (!file) return std::unexpected(file.error());
    descriptors.push_back(file->get());
    made.push_back(std::make_shared<os::ScratchFile>(std::move(*file)));
  }
  // Also on tmpfs, which cannot hang: a second code path would cost more than the copy.
  const auto worker = std::make_shared<ScratchWorker>(*loop_, descriptors);
  for (std::size_t i = 0; i < files.size(); ++i) files[i] = std::make_unique<TimedScratch>(worker, made[i]);
  return files;
}

// The outcome is already decided; if a required log is incomplete, only the exit status can still change.
report::LogState RunFiles::finish_log() {
  if (!std::exchange(log_finished_, true)) {
    // Together with the record, which the same process stores after it: one wait for both.
    if (log_) log_is_ours_ ? log_->finish_later() : log_->finish();
    for (const auto& spill : spills_) {
      if (spill) spill->finish();
    }
  }
  told_log_error_ = *log_error_;
  if (*log_error_ == 0) return {log_path_, true, {}};
  if (settings_->log_required) *summary_lost_ = true;
  return {log_path_, false, os::describe_write_error(*log_error_), settings_->log_required};
}

std::string RunFiles::json_path() const {
  return named_.json && named_.json->kind != os::Destination::Kind::descriptor ? named_.json->path : "";
}

report::JsonSummary::Stores RunFiles::summary_stores() {
  report::JsonSummary::Stores stores;
  if (running_) {
    stores.while_running = [this](std::string_view document) { store_running(std::string(document)); };
  }
  stores.final = [this](std::string_view document) {
    if (directory_) store_final(std::string(document));
    // A pipe gets only the first document; a file is replaced.
    const bool first = !std::exchange(finished_, true);
    if (answer_ && first) (void)os::write_fully(answer_.get(), document);
    if (named_.json && (first || named_.json->kind == os::Destination::Kind::file)) {
      report_store (*named_.json)(document);
    }
  };
  return stores;
}

// The side process that writes the log into the run directory also writes the record and does other work there. A log
// elsewhere may be on another disk, which may hang alone.
run::AsideSink* RunFiles::writer() {
  if (!record_can_hang_ || !model::works(model::Mechanism::write_aside)) return nullptr;
  if (log_ && log_is_ours_) return log_->aside();
  if (!record_writer_) {
    no_log_ = std::make_unique<NoLog>();
    record_writer_ = std::make_unique<run::AsideSink>(*loop_, *no_log_, [this] {
      return std::vector<int>{directory_->fd(), running_->get()};
    });
  }
  return record_writer_.get();
}

void RunFiles::store_running(std::string document) {
  const int empty = std::exchange(stored_, true) ? -1 : running_->get();
  const auto store = [this, empty, document = std::move(document)] {
    if (empty >= 0) {
      (void)os::write_fully(empty, document);
    } else {
      (void)directory_->replace(run_id_ + ".json", document);
    }
  };
  auto* const beside = writer();
  if (beside == nullptr) return store();
  // The first is awaited when the command has started. A later one is due between attempts, when there is time.
  if (empty >= 0) {
    beside->post(store);
  } else {
    (void)beside->call(store, kRecordPatience);
  }
}

void RunFiles::await_record() {
  if (!stored_) return;
  if (auto* const beside = writer()) (void)beside->call([] {}, kRecordPatience);
}

void RunFiles::do_last(const std::function<void()>& job, std::optional<model::Duration> wait) {
  auto* const beside = running_ ? writer() : nullptr;
  if (beside == nullptr) return job();
  wait ? static_cast<void>(beside->call(job, *wait)) : beside->post(job);
}

// What a reader of the summary line looks up is there: the record is stored before the line is printed.
void RunFiles::store_final(const std::string& document) {
  const std::string path = directory_->path_of(run_id_ + ".json");
  const std::function<model::Result<void>()> store = [this, name = run_id_ + ".json", document] {
    auto stored = directory_->replace(name, document);
    if (stored) history::add_to_index(*directory_, run_id_, document);
    return stored;
  };
  auto* const beside = running_ && !writers_ended_ ? writer() : nullptr;
  const auto stored = std::make_shared<model::Result<void>>();
  const bool done = beside != nullptr && beside->call([store, stored] { *stored = store(); }, kStuck);
  // A writer that was killed has left the record to us; behind one that hangs it would hang as well.
  if (!done && (beside == nullptr || beside->gone())) {
    *stored = store_beside(record_can_hang_, "write the record", path, store);
  } else if (!done) {
    const os::AskedFile asked("write the record", path);
    *stored = std::unexpected(os::no_answer());
  }
  if (!*stored) warn(describe(stored->error()));
}

bool RunFiles::end_writers() {
  writers_ended_ = true;
  if (log_) log_->end();
  if (record_writer_) record_writer_->end();
  return *log_error_ != told_log_error_;
}

std::unique_ptr<model::Scratch> make_scratch(const std::string& directory, std::string_view what_instead) {
  auto file = os::ScratchFile::make(directory);
  if (file) return std::make_unique<os::ScratchFile>(std::move(*file));
  warn(fmt::format("{}; {}", describe(file.error()), what_instead));
  return {};
}

RunFiles::Store RunFiles::report_store(os::Destination at) const {
  return [at = std::move(at), lost = summary_lost_](std::string_view document) {
    const bool can_hang = at.kind == os::Destination::Kind::file;
    const auto done = store_beside(can_hang, "write the report", at.path,
                                   [at, text = std::string(document)] { return os::write_document(at, text); });
    if (done) return;
    *lost = true;
    warn(describe(done.error()));
  };
}

ShownOutputs open_shown_outputs(uv::Loop& loop) {
  ShownOutputs outputs;
  outputs.err = &console().output();
  if (console().is_stdout()) {
    outputs.out = outputs.err;
  } else {
    if (os::can_block(STDOUT_FILENO)) {
      outputs.out_owned = std::make_unique<uv::BackgroundWriter>(loop, STDOUT_FILENO);
    } else {
      outputs.file = std::make_unique<os::FileSink>(STDOUT_FILENO);
      outputs.out_owned = run::AsideSink::over(loop, *outputs.file, STDOUT_FILENO);
    }
    outputs.out = outputs.out_owned ? outputs.out_owned.get() : outputs.file.get();
  }
  return outputs;
}

}  // namespace oversee::cli
