// Output that is buffered until it is known whether to show it: start and end in memory, the rest on disk.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/event.hpp"
#include "model/failure.hpp"
#include "model/scratch.hpp"

namespace oversee::report {

// Keeps the last attempt's output in order, up to a limit: the first half of the limit, and of the later output at
// least the last quarter. The first and last 64 KiB stay in memory, so short output needs no disk.
class HeldOutput final : public model::EventSink {
 public:
  // The first file holds the start; the other two alternate at the end.
  using Files = std::array<std::unique_ptr<model::Scratch>, 3>;

  struct Callbacks {
    // Called when the output exceeds the memory share.
    std::function<model::Result<Files>()> make_files;
    // Shows a piece, which is dead on return. False: the sink is full; call release() again later.
    std::function<bool(model::Stream, std::string_view)> show;
    // Reports that this many bytes are missing at this place. Returns as `show` does.
    std::function<bool(std::uint64_t bytes)> show_gap;
  };

  HeldOutput(std::optional<std::uint64_t> most_kept, Callbacks callbacks);

  void on(const model::Event& event, const model::Reading& at) override;

  // Shows the kept output until the sink is full; true when everything is shown.
  bool release();

  // Why output is missing beyond the limit; empty if none is.
  const std::optional<model::Failure>& failure() const { return failure_; }

 private:
  struct Piece {
    model::Stream stream;
    std::string bytes;
  };
  // Pieces in memory; small adjacent pieces of one stream are merged.
  struct Pieces {
    std::deque<Piece> list;
    std::uint64_t bytes = 0;
    void add(model::Stream stream, std::string_view more, std::size_t largest);
  };

  void keep(model::Stream stream, std::string_view bytes);
  void move_to_disk(const Piece& piece);
  void make_room(std::size_t size);
  void lose(std::uint64_t bytes, model::Failure why);
  void forget();
  bool show_pieces(const Pieces& pieces);
  bool show_file(std::size_t file);
  bool show_gap();

  const std::optional<std::uint64_t> most_kept_;
  const std::size_t largest_;  // largest size of a piece
  const std::uint64_t head_limit_;
  const std::uint64_t tail_limit_;
  Callbacks callbacks_;
  Pieces head_;
  Pieces tail_;
  bool head_full_ = false;

  std::optional<Files> files_;
  std::array<std::uint64_t, 3> kept_{};  // bytes of each file, headers included
  std::array<std::uint64_t, 3> text_{};  // bytes of output in each file
  std::size_t writing_ = 0;              // index of the current file
  std::uint64_t lost_ = 0;               // bytes lost between the start and the end
  std::optional<model::Failure> failure_;

  // The progress of release().
  std::size_t next_ = 0;      // the current part
  std::uint64_t offset_ = 0;  // in that part
  std::unique_ptr<char[]> buffer_;
};

}  // namespace oversee::report
