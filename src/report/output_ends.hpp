// The beginning and the end of an attempt's output, both streams in order, in bounded memory.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

// A ring with the bytes of both streams and the order of their runs. If either is full, the oldest are dropped.
class OutputRing {
 public:
  static constexpr std::size_t kBytes = 64 * 1024;

  // Keeps the end of a larger piece. `broken`: the stream lost bytes before this piece.
  void add(model::Stream stream, std::string_view bytes, bool broken);
  void clear();

  // Receives each piece, oldest first; `broken` means that it follows a gap in its stream.
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

  std::unique_ptr<char[]> ring_;  // allocated at the first piece
  std::unique_ptr<Run[]> runs_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::size_t first_run_ = 0;
  std::size_t count_ = 0;
  std::array<bool, model::kStreams> dropped_{};  // the stream's next run will be broken
};

class OutputEnds {
 public:
  // At most this many last bytes of one read enter the tail. A fast stream is read in pieces as large as the ring, and
  // copying them whole would cost a tenth of the throughput.
  static constexpr std::size_t kMostOfOneRead = 16 * 1024;

  void add(model::Stream stream, std::string_view bytes);
  void clear();

  // Visits the whole beginning, then the kept end without overlap.
  void visit(const OutputRing::Piece& told) const;

 private:
  OutputRing head_;
  OutputRing tail_;
  std::size_t in_head_ = 0;
  std::array<bool, model::kStreams> cut_{};  // the stream lost bytes since its last kept piece
};

}  // namespace oversee::report
