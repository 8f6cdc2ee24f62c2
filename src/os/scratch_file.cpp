// Stores bytes in an unnamed file.
#include "os/scratch_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

namespace oversee::os {

model::Result<UniqueFd> ScratchFile::make(const std::string& directory) {
  constexpr mode_t kPrivate = 0600;
  UniqueFd file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kPrivate));
  if (file) return file;
  std::string name = directory + "/oversee-XXXXXX";
  file.reset(::mkostemp(name.data(), O_CLOEXEC));
  if (!file) return std::unexpected(model::Failure{"make a temporary file", errno, directory, {}});
  ::unlink(name.c_str());
  return file;
}

bool ScratchFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::size_t ScratchFile::read(std::uint64_t offset, std::span<char> into) {
  while (true) {
    const ssize_t count = ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }
}

void ScratchFile::clear() {
  size_ = 0;
  [[maybe_unused]] const int done = ::ftruncate(file_.get(), 0);  // on failure it only keeps its disk space
}

}  // namespace oversee::os
