// Opens what a run writes to.
#include "cli/outputs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/console.hpp"
#include "history/directory_choice.hpp"
#include "history/run_id.hpp"
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

// At the end, how long the reader of a pipe may take none of what is left of a log or copy, and how long all of it.
constexpr auto kPatience = std::chrono::milliseconds(300);
constexpr auto kBound = std::chrono::seconds(2);

// A disk or a file server that has taken nothing for so long at the end is not waited for any more.
constexpr auto kStuck = std::chrono::seconds(2);

// How long a command that has started may wait for the record of its run.
constexpr auto kRecordPatience = std::chrono::milliseconds(500);

std::string why(int error) { return error == ETIMEDOUT ? "its file system does not answer" : std::strerror(error); }

std::unique_ptr<model::ByteSink> sink_for(uv::Loop& loop, int fd) {
  if (os::can_block(fd)) return std::make_unique<uv::BackgroundWriter>(loop, fd);
  return std::make_unique<os::FileSink>(fd);
}

// In the place of a log where none is written.
class NoLog final : public model::ByteSink {
 public:
  bool write(std::string_view) override { return true; }
  bool idle() const override { return true; }
};

// At the end of the run, when no clock is to be kept: a disk that hangs has a bound all the same. The store owns all
// that it uses, as it may go on then.
model::Result<void> store_beside(bool can_hang, std::string_view stage, const std::string& path,
                                 std::function<model::Result<void>()> store) {
  if (!can_hang || !model::works(model::Mechanism::write_aside)) return store();
  auto result = std::make_shared<model::Result<void>>();
  const os::AskedFile asked(stage, path);
  const auto ended = os::do_beside([store = std::move(store), result] { *result = store(); }, kStuck, {});
  return ended ? *result : ended;
}

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

void OutputFile::post(std::function<void()> job) {
  if (aside_ == nullptr) return job();
  aside_->post(std::move(job));
}

void OutputFile::await_jobs(model::Duration patience) {
  if (aside_ != nullptr) (void)aside_->call([] {}, patience);
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
    const auto rest = writer_->drain(kPatience, kBound);
    if (rest.error == 0 && rest.bytes != 0 && sink_->on_error) sink_->on_error(ETIMEDOUT);
  } else if (aside_ == nullptr) {
    file_->close();
  } else {
    const bool done = aside_->call([file = file_.get()] { file->close(); }, kStuck);
    if (!done && sink_->on_error) sink_->on_error(ETIMEDOUT);
    if (!done) return;
    aside_->end();
    ::close(std::exchange(fd_, -1));  // the other process has closed its own
  }
}

// First all that can be refused, so that a refusal leaves no file.
model::Result<RunFiles> RunFiles::open(uv::Loop& loop, const settings::Settings& settings, NamedOutputs named,
                                       const std::string& proposed_id, const model::Reading& started) {
  RunFiles files(loop, settings, std::move(named));
  files.run_id_ = proposed_id;
  auto chosen = history::choose_directory(history::directory_order());
  if (!chosen.directory && settings.slot) {
    // How many run now is known there alone.
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
  if (files.log_ && files.directory_) {  // the record is written where the log is
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
    if (auto opened = open_copy(stream, *at); !opened) return opened;
  }
  return {};
}

// Both in one file: one sink, so that each writes behind the other.
model::Result<void> RunFiles::open_copy(model::Stream stream, const os::Destination& at) {
  auto& copy = copies_[model::index(stream)];
  const auto& first = copies_[model::index(model::Stream::out)];
  if (stream == model::Stream::err && first && named_.copies[0]->path == at.path) {
    copy = first;
    return {};
  }
  auto file =
      os::open_output(at, model::LogMode::truncate, stream == model::Stream::out ? "copy of stdout" : "copy of stderr");
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
  auto found = os::find_destination(name);
  if (!found) return std::unexpected(found.error());
  named_.copies[model::index(stream)] = std::move(*found);
  return open_copy(stream, *named_.copies[model::index(stream)]);
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
    // First of all, so that whoever finds the record finds the lock.
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
    run_id_ = history::make_run_id(started.wall);  // one in a million in the same second
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
  // By which others know it, also where it goes on in a new file.
  std::string head = tagged ? fmt::format("# oversee {}  run {}\n", OVERSEE_VERSION, run_id_) : "";
  log_ = std::make_unique<OutputFile>(*loop_, std::move(file), std::move(name), std::move(head));
  log_->sink().on_error = [error = log_error_, lost = log_lost_, path](int number) {
    if (*error != 0) return;
    *error = number;
    if (*lost) (*lost)(number);
    warn(fmt::format("cannot write the log: {}: {}; the command goes on, the log ends here", path, why(number)));
  };
}

std::optional<report::SpillFile> RunFiles::spill(model::Stream stream) {
  const std::string name = run_id_ + (stream == model::Stream::out ? ".stdout" : ".stderr");
  auto& sink = spills_[model::index(stream)];
  if (!directory_) return {};
  if (!sink) {
    auto file = directory_->create(name);
    if (!file) {
      warn(describe(file.error()) + "; the middle of that stream is left out instead");
      return {};
    }
    sink = std::make_unique<os::FileSink>(std::move(*file));
    sink->on_error = [error = log_error_, lost = log_lost_, path = directory_->path_of(name)](int number) {
      if (*error == 0) *error = number;
      if (*lost) (*lost)(number);
      warn(
          fmt::format("cannot write to {}: {}; the command goes on, that file ends here", path, std::strerror(number)));
    };
  }
  return report::SpillFile{sink.get(), directory_->path_of(name)};
}

model::Result<report::HeldOutput::Files> RunFiles::scratch_files() const {
  report::HeldOutput::Files files;
  for (auto& each : files) {
    auto file = os::ScratchFile::make(directory_ ? directory_->path_of("") : os::temporary_directory());
    if (!file) return std::unexpected(file.error());
    each = std::make_unique<os::ScratchFile>(std::move(*file));
  }
  return files;
}

// It is judged by now: all that can still be done about a log that is required is not to exit with a success.
report::LogState RunFiles::finish_log() {
  if (log_) log_->finish();
  for (const auto& spill : spills_) {
    if (spill) spill->close();
  }
  if (*log_error_ == 0) return {log_path_, true, {}};
  if (settings_->log_required) *summary_lost_ = true;
  return {log_path_, false, why(*log_error_)};
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
    // Who reads it from a channel gets one document; a file is replaced.
    const bool first = !std::exchange(finished_, true);
    if (answer_ && first) (void)os::write_fully(answer_.get(), document);
    if (named_.json && (first || named_.json->kind == os::Destination::Kind::file)) {
      report_store (*named_.json)(document);
    }
  };
  return stores;
}

// The loop keeps clocks meanwhile: it is not waited for, and a store that is still under way is enough.
void RunFiles::store_running(std::string document) {
  const int empty = std::exchange(stored_, true) ? -1 : running_->get();
  const auto store = [this, empty, document = std::move(document)] {
    if (empty >= 0) {
      (void)os::write_fully(empty, document);
    } else {
      (void)directory_->replace(run_id_ + ".json", document);
    }
  };
  if (!record_can_hang_ || !model::works(model::Mechanism::write_aside)) return store();
  if (log_ && log_->writes_aside()) return log_->post(store);
  if (!record_writer_) {
    no_log_ = std::make_unique<NoLog>();
    record_writer_ = std::make_unique<run::AsideSink>(*loop_, *no_log_, [this] {
      return std::vector<int>{directory_->fd(), running_->get()};
    });
  }
  record_writer_->post(store);
}

void RunFiles::await_record() {
  if (log_ && log_->writes_aside()) {
    log_->await_jobs(kRecordPatience);
  } else if (record_writer_) {
    (void)record_writer_->call([] {}, kRecordPatience);
  }
}

void RunFiles::store_final(const std::string& document) {
  const std::string name = run_id_ + ".json";
  // An earlier state must not come after the last.
  if (record_writer_ && record_writer_->call([] {}, kStuck)) record_writer_->end();
  running_.reset();  // not before: what is done beside this process begins with a copy of it
  const auto done = store_beside(record_can_hang_, "write the record", directory_->path_of(name),
                                 [this, name, document] { return directory_->replace(name, document); });
  if (!done) warn(describe(done.error()));
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
    outputs.out_owned = sink_for(loop, STDOUT_FILENO);
    outputs.out = outputs.out_owned.get();
  }
  return outputs;
}

}  // namespace oversee::cli
