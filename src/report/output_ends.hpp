// The beginning and the end of an attempt's output, both streams in their order, in bounded memory.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

// Bytes of both streams in one ring, and how they alternate. The oldest go when either is full.
class OutputRing {
 public:
  static constexpr std::size_t kBytes = 64 * 1024;

  // Of a larger piece the end is kept. `broken`: bytes of the stream are missing before it.
  void add(model::Stream stream, std::string_view bytes, bool broken);
  void clear();

  // Told each piece, oldest first; whether it starts behind a gap in its stream.
  using Piece = std::function<void(model::Stream, std::string_view, bool broken)>;
  void visit(const Piece& told) const;

 private:
  struct Run {
    std::uint32_t size;
    model::Stream stream;
    bool broken;
  };
  static constexpr std::size_t kRuns = 2048;

  Run& run(std::size_t number) { return runs_[(first_run_ + number) % kRuns]; }
  const Run& run(std::size_t number) const { return runs_[(first_run_ + number) % kRuns]; }
  void drop(std::size_t bytes);

  std::unique_ptr<char[]> ring_;  // made when something comes
  std::unique_ptr<Run[]> runs_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::size_t first_run_ = 0;
  std::size_t count_ = 0;
  std::array<bool, model::kStreams> dropped_{};  // the stream's next run is not whole any more
};

class OutputEnds {
 public:
  // Of one read only the last part is copied to the end that is kept: a stream so fast is read in pieces as large as
  // the ring, and copying them whole would cost a tenth of its rate.
  static constexpr std::size_t kMostOfOneRead = 16 * 1024;

  void add(model::Stream stream, std::string_view bytes);
  void clear();

  // First all of the beginning, then what is kept of the end and was not in it.
  void visit(const OutputRing::Piece& told) const;

 private:
  OutputRing head_;
  OutputRing tail_;
  std::size_t in_head_ = 0;
  std::array<bool, model::kStreams> cut_{};  // of the stream, something since its last kept piece was not
};

}  // namespace oversee::report
