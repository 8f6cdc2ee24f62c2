// Keeps output and shows it later.
#include "report/held_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "model/byte_size.hpp"

namespace oversee::report {
namespace {

// Pieces are shown whole, so they are kept no larger than what is read back at once.
constexpr std::size_t kLargestPiece = 32 * 1024;

struct Header {
  std::uint32_t size;
  model::Stream stream;
};

// The order in which the parts are shown; the gap is none of the files.
constexpr std::size_t kStart = 0;
constexpr std::size_t kGap = 1;
constexpr std::size_t kOlder = 2;
constexpr std::size_t kParts = 4;  // the newer end is the last

}  // namespace

HeldOutput::HeldOutput(Files files, std::optional<std::uint64_t> most_kept, Show show)
    : files_(std::move(files)), most_kept_(most_kept), show_(std::move(show)) {}

void HeldOutput::on(const model::Event& event, const model::Reading&) {
  if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    // A part begins with a piece, whatever its size: no piece is larger than a part may be.
    const std::size_t largest =
        most_kept_ ? std::clamp<std::uint64_t>(*most_kept_ / 8, 1, kLargestPiece) : kLargestPiece;
    for (std::string_view rest = output->bytes; !rest.empty();) {
      const std::string_view piece = rest.substr(0, largest);
      keep(output->stream, piece);
      rest.remove_prefix(piece.size());
    }
  } else if (std::holds_alternative<model::AttemptStarted>(event)) {
    forget();
  }
}

void HeldOutput::keep(model::Stream stream, std::string_view bytes) {
  if (broken_) {
    lost_ += bytes.size();
    return;
  }
  if (most_kept_) {
    const std::uint64_t bound = std::max<std::uint64_t>(writing_ == 0 ? *most_kept_ / 2 : *most_kept_ / 4, 1);
    if (kept_[writing_] != 0 && kept_[writing_] + bytes.size() > bound) {
      writing_ = writing_ == 1 ? 2 : 1;
      lost_ += text_[writing_];
      kept_[writing_] = text_[writing_] = 0;
      files_[writing_]->clear();
    }
  }
  Header header{};
  header.size = static_cast<std::uint32_t>(bytes.size());
  header.stream = stream;
  char raw[sizeof header];
  std::memcpy(raw, &header, sizeof header);
  broken_ = !files_[writing_]->append({raw, sizeof raw}) || !files_[writing_]->append(bytes);
  if (broken_) {
    lost_ += bytes.size();
    return;
  }
  kept_[writing_] += sizeof raw + bytes.size();
  text_[writing_] += bytes.size();
}

void HeldOutput::forget() {
  for (const auto& file : files_) file->clear();
  kept_ = text_ = {};
  writing_ = next_ = 0;
  offset_ = lost_ = 0;
  broken_ = false;
}

bool HeldOutput::release() {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(sizeof(Header) + kLargestPiece);
  while (next_ < kParts) {
    const std::size_t older = writing_ == 1 ? 2 : 1;
    bool all = true;
    if (next_ == kGap) {
      all = show_gap();
    } else {
      all = show_part(next_ == kStart ? 0 : next_ == kOlder ? older : 3 - older);
    }
    if (!all) return false;
    ++next_;
    offset_ = 0;
  }
  return true;
}

// False: the sink is full, and the rest comes later.
bool HeldOutput::show_part(std::size_t part) {
  while (offset_ < kept_[part]) {
    const std::span<char> into(buffer_.get(), sizeof(Header) + kLargestPiece);
    const std::size_t count = files_[part]->read(offset_, into);
    Header header{};
    if (count < sizeof header) return true;
    std::memcpy(&header, into.data(), sizeof header);
    const std::size_t size = std::min<std::size_t>(header.size, count - sizeof header);
    offset_ += sizeof header + header.size;
    if (!show_(header.stream, {into.data() + sizeof header, size})) return false;
  }
  return true;
}

bool HeldOutput::show_gap() {
  if (lost_ == 0 || offset_ != 0) return true;
  offset_ = 1;
  return show_(model::Stream::err,
               fmt::format("\noversee: {} of the output are left out here\n", model::describe_byte_size(lost_)));
}

}  // namespace oversee::report
