// Output that is held back on a disk until it is known whether anybody wants to see it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "model/event.hpp"
#include "model/scratch.hpp"

namespace oversee::report {

// Keeps the last attempt's output in its order, at most so many bytes of it: the first half, and of what follows the
// last quarter at least.
class HeldOutput final : public model::EventSink {
 public:
  // The first holds the start; the others take turns at the end.
  using Files = std::array<std::unique_ptr<model::Scratch>, 3>;
  // Takes a piece of a stream, dead when the call returns; false: it is full, and release() is to be called again.
  using Show = std::function<bool(model::Stream, std::string_view)>;

  HeldOutput(Files files, std::optional<std::uint64_t> most_kept, Show show);

  void on(const model::Event& event, const model::Reading& at) override;

  // Shows what is kept, as far as it is taken; true once all is.
  bool release();

 private:
  void keep(model::Stream stream, std::string_view bytes);
  void forget();
  bool show_part(std::size_t part);
  bool show_gap();

  Files files_;
  const std::optional<std::uint64_t> most_kept_;
  Show show_;
  std::array<std::uint64_t, 3> kept_{};  // bytes of each file, headers included
  std::size_t writing_ = 0;              // the file that is written to
  std::uint64_t lost_ = 0;               // bytes of output that fell out between the start and the end
  std::array<std::uint64_t, 3> text_{};  // bytes of output in each file
  bool broken_ = false;                  // a file could not be written: what follows is lost

  // Showing.
  std::size_t next_ = 0;      // of the parts: start, gap, older end, newer end
  std::uint64_t offset_ = 0;  // in that part
  std::unique_ptr<char[]> buffer_;
};

}  // namespace oversee::report
