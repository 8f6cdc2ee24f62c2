// Opens what a run writes to.
#include "cli/outputs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/console.hpp"
#include "history/directory_choice.hpp"
#include "history/run_id.hpp"
#include "os/file.hpp"
#include "os/host.hpp"
#include "os/scratch_file.hpp"
#include "uv/background_writer.hpp"

namespace oversee::cli {
namespace {

std::string absolute(const std::string& path) {
  return path.starts_with('/') ? path : os::current_directory() + '/' + path;
}

std::unique_ptr<model::ByteSink> sink_for(uv::Loop& loop, int fd) {
  if (os::can_block(fd)) return std::make_unique<uv::BackgroundWriter>(loop, fd);
  return std::make_unique<os::FileSink>(fd);
}

}  // namespace

// First all that can be refused, so that a refusal leaves no file.
model::Result<RunFiles> RunFiles::open(const settings::Settings& settings, const std::string& proposed_id,
                                       const model::Reading& started) {
  RunFiles files;
  files.run_id_ = proposed_id;
  files.json_ = settings.json;
  for (const auto* path :
       {&settings.json, &settings.junit, &settings.markdown, &settings.stdout_file, &settings.stderr_file}) {
    if (!*path) continue;
    if (auto ready = os::check_replaceable(**path); !ready) return std::unexpected(ready.error());
  }
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
  if (settings.slot) {
    auto slots = history::FileSlots::open(*files.directory_, *settings.slot);
    if (!slots) return std::unexpected(slots.error());
    files.slots_ = std::move(*slots);
  }
  if (auto log = files.open_named_log(settings); !log) return std::unexpected(log.error());
  if (auto copies = files.open_copies(settings); !copies) return std::unexpected(copies.error());
  files.open_record(proposed_id, started);
  if (files.slots_) files.slots_->name_run(files.run_id_);
  if (!settings.no_log && !files.log_) {
    if (auto log = files.open_default_log(settings.log_required); !log) {
      if (files.directory_) files.directory_->remove(files.run_id_ + ".json");
      return std::unexpected(log.error());
    }
  }
  return files;
}

model::Result<void> RunFiles::open_named_log(const settings::Settings& settings) {
  if (settings.no_log || (!settings.log && !settings.log_dir)) return {};
  if (settings.log_dir) {
    if (auto there = os::check_directory(*settings.log_dir, "use --log-dir"); !there) return there;
  }
  const std::string path = settings.log ? *settings.log : fmt::format("{}/{}.log", *settings.log_dir, run_id_);
  auto file = os::open_log(path);
  if (!file) return std::unexpected(file.error());
  use_log(std::move(*file), absolute(path));
  return {};
}

model::Result<void> RunFiles::open_copies(const settings::Settings& settings) {
  const auto open = [&](model::Stream stream, const std::optional<std::string>& path) -> model::Result<void> {
    if (!path) return {};
    auto file = os::open_log(*path, stream == model::Stream::out ? "copy of stdout" : "copy of stderr");
    if (!file) return std::unexpected(file.error());
    // Both in one file: one sink, so that each writes behind the other.
    const auto& first = copies_[0];
    if (first && os::same_file(copy_fds_[0], file->get())) {
      copies_[model::index(stream)] = first;
      return {};
    }
    copy_fds_[model::index(stream)] = file->get();
    copies_[model::index(stream)] = std::make_shared<os::FileSink>(std::move(*file));
    return {};
  };
  if (auto done = open(model::Stream::out, settings.stdout_file); !done) return done;
  return open(model::Stream::err, settings.stderr_file);
}

void RunFiles::open_record(const std::string& proposed_id, const model::Reading& started) {
  if (!directory_) return;
  run_id_ = proposed_id;
  for (int attempt = 0; attempt < 3; ++attempt) {
    // First of all, so that whoever finds the record finds the lock.
    life_ = history::LifeLock::take(*directory_, run_id_);
    auto record = directory_->create(run_id_ + ".json");
    if (record) {
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
    use_log(std::move(*file), directory_->path_of(name));
  } else if (required) {
    return std::unexpected(file.error());
  } else {
    warn(describe(file.error()) + "; this run has no log");
  }
  return {};
}

void RunFiles::use_log(os::UniqueFd file, std::string path) {
  log_path_ = std::move(path);
  log_ = std::make_unique<os::FileSink>(std::move(file));
  log_->on_error = [error = log_error_, lost = log_lost_, path = log_path_](int number) {
    *error = number;
    if (*lost) (*lost)(number);
    warn(fmt::format("cannot write the log: {}: {}; the command goes on, the log ends here", path,
                     std::strerror(number)));
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

std::optional<report::HeldOutput::Files> RunFiles::scratch_files() const {
  report::HeldOutput::Files files;
  for (auto& each : files) {
    each = make_scratch(directory_ ? directory_->path_of("") : os::temporary_directory(),
                        "the output is shown as it comes");
    if (!each) return {};
  }
  return files;
}

report::LogState RunFiles::log_state() const {
  if (*log_error_ == 0) return {log_path_, true, {}};
  return {log_path_, false, std::strerror(*log_error_)};
}

report::JsonSummary::Stores RunFiles::summary_stores() {
  report::JsonSummary::Stores stores;
  if (running_) {
    stores.while_running = [this](std::string_view document) {
      if (running_) {  // it is empty yet
        (void)os::write_fully(running_->get(), document);
        running_.reset();
      } else {
        (void)directory_->replace(run_id_ + ".json", document);
      }
    };
  }
  stores.final = [this](std::string_view document) {
    if (directory_) {
      if (auto done = directory_->replace(run_id_ + ".json", document); !done) warn(describe(done.error()));
    }
    if (answer_) (void)os::write_fully(answer_.get(), document);
    if (json_) report_store (*json_)(document);
  };
  return stores;
}

std::unique_ptr<model::Scratch> make_scratch(const std::string& directory, std::string_view what_instead) {
  auto file = os::ScratchFile::make(directory);
  if (file) return std::make_unique<os::ScratchFile>(std::move(*file));
  warn(fmt::format("{}; {}", describe(file.error()), what_instead));
  return {};
}

std::function<void(std::string_view)> RunFiles::report_store(std::string path) const {
  return [path = std::move(path), lost = summary_lost_](std::string_view document) {
    auto done = os::replace_file(path, document);
    if (done) return;
    *lost = true;
    warn(describe(done.error()));
  };
}

ShownOutputs open_shown_outputs(uv::Loop& loop) {
  ShownOutputs outputs;
  outputs.out_owned = sink_for(loop, STDOUT_FILENO);
  outputs.out = outputs.out_owned.get();
  if (os::same_file(STDOUT_FILENO, STDERR_FILENO)) {
    outputs.err = outputs.out;
  } else {
    outputs.err_owned = sink_for(loop, STDERR_FILENO);
    outputs.err = outputs.err_owned.get();
  }
  return outputs;
}

}  // namespace oversee::cli
