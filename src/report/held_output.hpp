// Output that is held back until it is known whether anybody wants to see it: its ends in memory, the rest on a disk.
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

// Keeps the last attempt's output in its order, at most so many bytes of it: the first half, and of what follows the
// last quarter at least. The first and the last 64 KiB are in memory: no disk is needed for them.
class HeldOutput final : public model::EventSink {
 public:
  // The first holds the start; the others take turns at the end.
  using Files = std::array<std::unique_ptr<model::Scratch>, 3>;

  struct Callbacks {
    // Asked once there is more than memory is for.
    std::function<model::Result<Files>()> make_files;
    // Takes a piece of a stream, dead when the call returns; false: it is full, and release() is to be called again.
    std::function<bool(model::Stream, std::string_view)> show;
    // Told where so many bytes are missing between what was shown and what is next; false as with show.
    std::function<bool(std::uint64_t bytes)> show_gap;
  };

  HeldOutput(std::optional<std::uint64_t> most_kept, Callbacks callbacks);

  void on(const model::Event& event, const model::Reading& at) override;

  // Shows what is kept, as far as it is taken; true once all is.
  bool release();

  // Why output is missing that was to be kept; none: nothing is, but for what the limit leaves out.
  const std::optional<model::Failure>& failure() const { return failure_; }

 private:
  struct Piece {
    model::Stream stream;
    std::string bytes;
  };
  // Pieces in memory, the neighbours of one stream together.
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
  const std::size_t largest_;  // piece
  const std::uint64_t head_limit_;
  const std::uint64_t tail_limit_;
  Callbacks callbacks_;
  Pieces head_;
  Pieces tail_;
  bool head_full_ = false;

  std::optional<Files> files_;
  std::array<std::uint64_t, 3> kept_{};  // bytes of each file, headers included
  std::array<std::uint64_t, 3> text_{};  // bytes of output in each file
  std::size_t writing_ = 0;              // the file that is written to
  std::uint64_t lost_ = 0;               // bytes of output that fell out between the start and the end
  std::optional<model::Failure> failure_;

  // Showing.
  std::size_t next_ = 0;      // the part
  std::uint64_t offset_ = 0;  // in that part
  std::unique_ptr<char[]> buffer_;
};

}  // namespace oversee::report
