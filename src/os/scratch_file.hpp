// A file without a name, gone with the process that made it.
#pragma once

#include <string>

#include "model/failure.hpp"
#include "model/scratch.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

class ScratchFile final : public model::Scratch {
 public:
  // In that directory (O_TMPFILE, or a name that is taken away at once where the file system has none).
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
