// Room on a disk for bytes that are kept for a while: the border between what is kept and where.
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

  // False, and errno: it could not be kept, whole or in part.
  virtual bool append(std::string_view bytes) = 0;

  // As much as there is from that offset on, up to the span's size; 0: nothing, or nothing that can be read.
  virtual std::size_t read(std::uint64_t offset, std::span<char> into) = 0;

  // Forgets it all.
  virtual void clear() = 0;
};

}  // namespace oversee::model
