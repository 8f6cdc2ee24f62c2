// A byte sink that writes at once, for what cannot block: regular files, /dev/null.
#pragma once

#include "model/byte_sink.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

class FileSink final : public model::ByteSink {
 public:
  // Writes to a descriptor that stays the caller's.
  explicit FileSink(int fd) : fd_(fd) {}
  // Writes to a file of its own.
  explicit FileSink(UniqueFd file) : owned_(std::move(file)), fd_(owned_.get()) {}

  bool write(std::string_view bytes) override;
  bool idle() const override { return true; }

 private:
  UniqueFd owned_;
  int fd_;
  bool failed_ = false;
};

}  // namespace oversee::os
