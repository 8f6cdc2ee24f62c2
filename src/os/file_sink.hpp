// A byte sink that writes at once, for what cannot block: regular files, /dev/null.
#pragma once

#include <cstdint>
#include <string>

#include "model/byte_sink.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

class FileSink final : public model::ByteSink {
 public:
  // Writes to a descriptor that stays the caller's. The stand-in of one that was closed takes all, as /dev/null does.
  explicit FileSink(int fd) : fd_(fd), failed_(is_stand_in(fd)) {}
  // Writes to a file of its own.
  explicit FileSink(UniqueFd file) : owned_(std::move(file)), fd_(owned_.get()) {}
  // Writes to the end of a file that others may rotate (logrotate(8)): one that is renamed or removed is opened anew by
  // its name, with the same owner and mode, as soon as there is something to write. `head` is what such a file begins
  // with, also where it was emptied.
  FileSink(UniqueFd file, std::string path, std::string head);

  bool write(std::string_view bytes) override;
  bool idle() const override { return true; }

  // Empties it, where it is a file; one that cannot be emptied is lost, as it would hold what is not meant to be in it.
  void clear();
  // Nothing more will come; what the file system has not taken is an error like that of a write.
  void close();

 private:
  void look_at_name();
  void open_by_name();
  void failed(int error);

  UniqueFd owned_;
  int fd_;
  bool failed_ = false;  // or takes all

  // Of a file that may be rotated.
  std::string path_;
  std::string head_;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::uint64_t size_ = 0;  // at least, while nobody empties it
};

}  // namespace oversee::os
