// The directory of runs: created safely, and its files opened so that no link leads elsewhere. Knows names and places;
// report/ knows the contents.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/clock.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::history {

// Why the directory is unusable. refused: an attack or a mistake that must be reported. Otherwise the disk is full,
// read-only or missing, which costs the log but not the run.
struct Unusable {
  bool refused = false;
  model::Failure failure;
};

class RunDirectory {
 public:
  // PARENT/oversee-UID, created with mode 0700 if missing. PARENT is $TMPDIR, else /tmp.
  static std::expected<RunDirectory, Unusable> open(const std::string& parent, unsigned uid);

  // Like open(), but creates nothing; empty if the directory is missing.
  static std::expected<std::optional<RunDirectory>, Unusable> find(const std::string& parent, unsigned uid);

  // Like open() and find(), with the path of the directory itself.
  static std::expected<RunDirectory, Unusable> open_at(std::string path, unsigned uid);
  static std::expected<std::optional<RunDirectory>, Unusable> find_at(std::string path, unsigned uid);

  const std::string& path() const { return path_; }
  std::string path_of(std::string_view name) const;

  // Another description of the directory, for a lock.
  model::Result<os::UniqueFd> reopen() const;

  // Calls `each` with the name and the inode of every file, in no order, until it returns false.
  model::Result<void> for_each_file(const std::function<bool(std::string_view name, std::uint64_t inode)>& each) const;

  // The names of all files, or of the first `most`, in no order.
  model::Result<std::vector<std::string>> names(std::size_t most = SIZE_MAX) const;

  // Opens an existing regular file for reading; refuses links and pipes.
  model::Result<os::UniqueFd> open_to_read(const std::string& name) const;

  // Reads a whole file.
  model::Result<std::string> read(const std::string& name) const;

  // Opens or creates a regular file that several runs read and write; refuses links and pipes.
  model::Result<os::UniqueFd> open_shared(const std::string& name) const;

  // Opens or creates a regular file that several runs append to; refuses links and pipes.
  model::Result<os::UniqueFd> open_to_append(const std::string& name) const;

  // Creates a new file with mode 0600 for writing.
  model::Result<os::UniqueFd> create(const std::string& name) const;

  // Returns whether the file existed. Removes a link, not its target.
  model::Result<bool> remove(const std::string& name) const;

  // Describes a file, without following a link. Empty: missing or unreadable.
  struct Look {
    bool is_directory = false;
    bool is_regular = false;
    std::uint64_t bytes = 0;
    std::uint64_t inode = 0;
    model::WallTime written;  // mtime
  };
  std::optional<Look> look(const std::string& name) const;

  // Writes a temporary file and renames it. If that fails, for example without space for a second file, overwrites the
  // existing one.
  static std::string temporary_name(const std::string& name) { return '.' + name + ".tmp"; }
  model::Result<void> replace(const std::string& name, std::string_view text) const;

  // Allocates space for later overwriting, so that the record of a run can be completed on a full file system.
  static void reserve(int file);

  // The descriptor of the directory.
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
