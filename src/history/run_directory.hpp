// The directory of runs: made safely, its files opened so that no link leads elsewhere. Names and places only; what
// the files say is report's.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/clock.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::history {

// Why the directory cannot be used: refused is an attack or a mistake that must not be passed over; unavailable is a
// disk that is full, read-only or missing, which costs the log but not the run.
struct Unusable {
  bool refused = false;
  model::Failure failure;
};

class RunDirectory {
 public:
  // PARENT/oversee-UID, made 0700 where it is missing. PARENT is $TMPDIR, else /tmp.
  static std::expected<RunDirectory, Unusable> open(const std::string& parent, unsigned uid);

  // The same without making it; none where there is none.
  static std::expected<std::optional<RunDirectory>, Unusable> find(const std::string& parent, unsigned uid);

  // The same of a directory that is named itself.
  static std::expected<RunDirectory, Unusable> open_at(std::string path, unsigned uid);
  static std::expected<std::optional<RunDirectory>, Unusable> find_at(std::string path, unsigned uid);

  const std::string& path() const { return path_; }
  std::string path_of(std::string_view name) const;

  // Another description of the directory itself, for a lock.
  model::Result<os::UniqueFd> reopen() const;

  // Of all files that are in it, or of so many of them, in no order.
  model::Result<std::vector<std::string>> names(std::size_t most = SIZE_MAX) const;

  // A file as it is, for reading; no link, no pipe.
  model::Result<os::UniqueFd> open_to_read(const std::string& name) const;

  // The whole of a document.
  model::Result<std::string> read(const std::string& name) const;

  // A file that several runs read and write, made where there is none; no link, no pipe.
  model::Result<os::UniqueFd> open_shared(const std::string& name) const;

  // A new file, 0600, for writing.
  model::Result<os::UniqueFd> create(const std::string& name) const;

  // Whether it was there. What a link leads to stays.
  model::Result<bool> remove(const std::string& name) const;

  // What has the name; of a link the link itself. None: nothing has, or nothing can be known of it.
  struct Look {
    bool is_directory = false;
    bool is_regular = false;
    std::uint64_t bytes = 0;
    model::WallTime written;  // mtime
  };
  std::optional<Look> look(const std::string& name) const;

  // Writes it whole under a temporary name and renames that. Where there is no room for a second one, or no rename, it
  // is written over the one that is there.
  static std::string temporary_name(const std::string& name) { return '.' + name + ".tmp"; }
  model::Result<void> replace(const std::string& name, std::string_view text) const;

  // Sets room aside for what will be written over the file, so that a full file system leaves a run its end.
  static void reserve(int file);

  // Of the directory itself.
  int fd() const { return directory_.get(); }

 private:
  model::Result<void> overwrite(const std::string& name, std::string_view text) const;
  static std::expected<RunDirectory, Unusable> open_or_make(std::string path, unsigned uid, bool make);
  model::Result<os::UniqueFd> open_regular(const std::string& name, int how, const char* stage) const;
  RunDirectory(std::string path, os::UniqueFd directory) : path_(std::move(path)), directory_(std::move(directory)) {}

  std::string path_;
  os::UniqueFd directory_;
};

}  // namespace oversee::history
