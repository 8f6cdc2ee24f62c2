// A byte sink that writes immediately, for files that cannot block: regular files, /dev/null.
#pragma once

#include <cstdint>
#include <string>

#include "model/byte_sink.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

class FileSink final : public model::ByteSink {
 public:
  // Writes to a descriptor that the caller owns. A stand-in (os::open_nothing) discards everything, like /dev/null.
  explicit FileSink(int fd) : fd_(fd), failed_(is_stand_in(fd)) {}
  // Takes over the file.
  explicit FileSink(UniqueFd file) : owned_(std::move(file)), fd_(owned_.get()) {}
  // Appends to a file that other programs may rotate (logrotate(8)). After a rename or removal, the next write opens
  // the name again, with the same owner and mode. `head` is written first to each new or truncated file.
  FileSink(UniqueFd file, std::string path, std::string head);

  bool write(std::string_view bytes) override;
  bool idle() const override { return true; }

  // Truncates a named regular file. If that fails the sink stops writing, because the file would keep content that must
  // be gone.
  void clear();
  // Ends the output. An error of close(2) is reported like one of write(2).
  void close();

 private:
  void look_at_name();
  void open_by_name();
  void failed(int error);

  UniqueFd owned_;
  int fd_;
  bool failed_ = false;  // or the descriptor is a stand-in

  // Only for a file that may be rotated.
  std::string path_;
  std::string head_;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::uint64_t size_ = 0;  // the size as of the last look; a smaller file has been truncated
};

}  // namespace oversee::os
