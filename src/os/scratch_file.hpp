// An unnamed temporary file, which disappears with the process.
#pragma once

#include <string>

#include "model/failure.hpp"
#include "model/scratch.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

class ScratchFile final : public model::Scratch {
 public:
  // Creates the file in the directory, by O_TMPFILE or, if the file system lacks that, by a name that is removed at
  // once.
  static model::Result<UniqueFd> make(const std::string& directory);

  explicit ScratchFile(UniqueFd file) : file_(std::move(file)) {}

  bool append(std::string_view bytes) override;
  std::size_t read(std::uint64_t offset, std::span<char> into) override;
  void clear() override;

 private:
  UniqueFd file_;
  std::uint64_t size_ = 0;
};

}  // namespace oversee::os
