// The interface of temporary storage for bytes, usually on a disk.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace oversee::model {

class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  virtual ~Scratch() = default;

  // False, and errno is set: some or all bytes could not be stored.
  virtual bool append(std::string_view bytes) = 0;

  // Reads from the offset up to the span's size; 0 means the end, or a read error.
  virtual std::size_t read(std::uint64_t offset, std::span<char> into) = 0;

  // Discards all stored bytes.
  virtual void clear() = 0;
};

}  // namespace oversee::model
