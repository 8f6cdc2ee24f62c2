// Buffers output and shows it later.
#include "report/held_output.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

namespace oversee::report {
namespace {

// For the start, and again for the end.
constexpr std::uint64_t kInMemory = 64 * 1024;

// Pieces are shown whole, so none may be larger than one read from disk.
constexpr std::size_t kLargestHeldPiece = 32 * 1024;

struct Header {
  std::uint32_t size;
  model::Stream stream;
};

// The parts, in the order in which they are shown.
enum Part : std::size_t { kHead, kStart, kGap, kOlder, kNewer, kTail, kParts };

std::uint64_t share_of(const std::optional<std::uint64_t>& most_kept, std::uint64_t part) {
  return most_kept ? std::clamp<std::uint64_t>(*most_kept / part, 1, kInMemory) : kInMemory;
}

}  // namespace

HeldOutput::HeldOutput(std::optional<std::uint64_t> most_kept, Callbacks callbacks)
    : most_kept_(most_kept),
      largest_(most_kept ? std::clamp<std::uint64_t>(*most_kept / 16, 1, kLargestHeldPiece) : kLargestHeldPiece),
      head_limit_(share_of(most_kept, 2)),
      tail_limit_(share_of(most_kept, 4)),
      callbacks_(std::move(callbacks)) {}

void HeldOutput::on(const model::Event& event, const model::Reading&) {
  if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    for (std::string_view rest = output->bytes; !rest.empty();) {
      const std::string_view piece = rest.substr(0, largest_);
      keep(output->stream, piece);
      rest.remove_prefix(piece.size());
    }
  } else if (std::holds_alternative<model::AttemptStarted>(event)) {
    forget();
  }
}

void HeldOutput::Pieces::add(model::Stream stream, std::string_view more, std::size_t largest) {
  constexpr std::size_t kSmall = 4096;
  const std::size_t most = std::min(kSmall, largest);
  if (!list.empty() && list.back().stream == stream && list.back().bytes.size() + more.size() <= most) {
    list.back().bytes += more;
  } else {
    list.push_back({stream, std::string(more)});
  }
  bytes += more.size();
}

void HeldOutput::keep(model::Stream stream, std::string_view bytes) {
  if (!head_full_) {
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(head_limit_ - head_.bytes, bytes.size()));
    if (room > 0) head_.add(stream, bytes.substr(0, room), largest_);
    bytes.remove_prefix(room);
    head_full_ = !bytes.empty();
  }
  if (bytes.empty()) return;
  tail_.add(stream, bytes, largest_);
  // Without a limit keeps at least the last 64 KiB in memory; with one, no more than the limit's share.
  while (tail_limit_ == kInMemory ? tail_.bytes - tail_.list.front().bytes.size() >= tail_limit_
                                  : tail_.bytes > tail_limit_) {
    move_to_disk(tail_.list.front());
    tail_.bytes -= tail_.list.front().bytes.size();
    tail_.list.pop_front();
  }
}

void HeldOutput::move_to_disk(const Piece& piece) {
  if (failure_) return lose(piece.bytes.size(), *failure_);
  if (most_kept_) make_room(piece.bytes.size());
  if (!files_) {
    auto made = callbacks_.make_files();
    if (!made) return lose(piece.bytes.size(), made.error());
    files_ = std::move(*made);
  }
  Header header{};
  header.size = static_cast<std::uint32_t>(piece.bytes.size());
  header.stream = piece.stream;
  char raw[sizeof header];
  std::memcpy(raw, &header, sizeof header);
  auto& file = *(*files_)[writing_];
  if (!file.append({raw, sizeof raw}) || !file.append(piece.bytes)) {
    return lose(piece.bytes.size(), {"keep the output that is held back", errno, {}, {}});
  }
  kept_[writing_] += sizeof raw + piece.bytes.size();
  text_[writing_] += piece.bytes.size();
}

// If the current file has reached its share, switches to the end file with the older output and clears it.
void HeldOutput::make_room(std::size_t size) {
  const std::uint64_t start = *most_kept_ / 2 - std::min(*most_kept_ / 2, head_limit_);
  const std::uint64_t end = *most_kept_ / 2 - std::min(*most_kept_ / 2, tail_limit_ + largest_);
  const std::uint64_t bound = writing_ == 0 ? start : end / 2;
  const bool begun = writing_ == 0 ? start == 0 || kept_[0] != 0 : kept_[writing_] != 0;
  if (!begun || kept_[writing_] + size + sizeof(Header) <= bound) return;
  writing_ = writing_ == 1 ? 2 : 1;
  lost_ += std::exchange(text_[writing_], 0);
  if (std::exchange(kept_[writing_], 0) != 0) (*files_)[writing_]->clear();
}

// The end files are cleared too: what they hold lies between lost bytes.
void HeldOutput::lose(std::uint64_t bytes, model::Failure why) {
  lost_ += bytes + std::exchange(text_[1], 0) + std::exchange(text_[2], 0);
  kept_[1] = kept_[2] = 0;
  if (!failure_) failure_ = std::move(why);
}

void HeldOutput::forget() {
  if (files_) {
    for (const auto& file : *files_) file->clear();
  }
  head_ = tail_ = {};
  head_full_ = false;
  kept_ = text_ = {};
  writing_ = next_ = 0;
  offset_ = lost_ = 0;
  failure_.reset();
}

bool HeldOutput::release() {
  const std::size_t older = writing_ == 1 ? 2 : 1;
  for (; next_ < kParts; ++next_, offset_ = 0) {
    const bool all = next_ == kHead    ? show_pieces(head_)
                     : next_ == kStart ? show_file(0)
                     : next_ == kGap   ? show_gap()
                     : next_ == kTail  ? show_pieces(tail_)
                                       : show_file(next_ == kOlder ? older : 3 - older);
    if (!all) return false;
  }
  return true;
}

// False: the sink is full, so the rest must wait.
bool HeldOutput::show_pieces(const Pieces& pieces) {
  while (offset_ < pieces.list.size()) {
    const Piece& piece = pieces.list[offset_++];
    if (!callbacks_.show(piece.stream, piece.bytes)) return false;
  }
  return true;
}

bool HeldOutput::show_file(std::size_t file) {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(sizeof(Header) + kLargestHeldPiece);
  while (offset_ < kept_[file]) {
    const std::span<char> into(buffer_.get(), sizeof(Header) + kLargestHeldPiece);
    const std::size_t count = (*files_)[file]->read(offset_, into);
    Header header{};
    if (count >= sizeof header) std::memcpy(&header, into.data(), sizeof header);
    if (count < sizeof header || count - sizeof header < header.size) {
      // The file has become unreadable: reports a gap, so that the rest does not pass for the whole.
      if (!failure_) failure_.emplace(model::Failure{"read the output that was held back", EIO, {}, {}});
      return callbacks_.show_gap(text_[file]);
    }
    offset_ += sizeof header + header.size;
    text_[file] -= header.size;
    if (!callbacks_.show(header.stream, {into.data() + sizeof header, header.size})) return false;
  }
  return true;
}

bool HeldOutput::show_gap() {
  if (lost_ == 0 || offset_ != 0) return true;
  offset_ = 1;
  return callbacks_.show_gap(lost_);
}

}  // namespace oversee::report
