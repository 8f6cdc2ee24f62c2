// Reads a run's log or a file of spilled output, for verbs.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::cli {

inline constexpr std::size_t kLogChunk = 64 * 1024;

// A file that may grow while it is read.
class LogFile {
 public:
  // Reads from offset `begin` to `end`.
  LogFile(os::UniqueFd file, std::string path, std::uint64_t begin = 0, std::uint64_t end = UINT64_MAX)
      : begin_(begin),
        end_(end),
        offset_(begin),
        file_(std::move(file)),
        path_(std::move(path)),
        buffer_(std::make_unique_for_overwrite<char[]>(kLogChunk)) {}

  // Passes the next bytes before offset `end` to `take`; false if there are none at present, or on a read error.
  template <class Take>
  bool read_some(Take&& take, std::uint64_t end = UINT64_MAX) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(kLogChunk, std::min(end, end_) - offset_));
    ssize_t size = 0;
    do {
      size = ::pread(file_.get(), buffer_.get(), most, static_cast<off_t>(offset_));
    } while (size < 0 && errno == EINTR);
    if (size < 0) failure_ = model::Failure{"read the run's log", errno, path_, {}};
    if (size <= 0) return false;
    offset_ += static_cast<std::uint64_t>(size);
    take(std::string_view(buffer_.get(), static_cast<std::size_t>(size)));
    return true;
  }

  void seek(std::uint64_t offset) { offset_ = offset; }
  void rewind() { offset_ = begin_; }
  std::uint64_t offset() const { return offset_; }
  const std::optional<model::Failure>& failure() const { return failure_; }

 private:
  const std::uint64_t begin_;
  const std::uint64_t end_;
  std::uint64_t offset_;
  os::UniqueFd file_;
  std::string path_;
  std::unique_ptr<char[]> buffer_;
  std::optional<model::Failure> failure_;
};

}  // namespace oversee::cli
