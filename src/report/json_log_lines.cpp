// Prints the lines of a log as JSON.
#include "report/json_log_lines.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "model/utf8.hpp"
#include "report/json_members.hpp"
#include "report/json_text.hpp"

namespace oversee::report {
namespace {

constexpr std::size_t kLargestLogPiece = 8 * 1024;

// In seconds; a larger stamp comes from a damaged log.
constexpr std::uint64_t kLongestRun = std::chrono::floor<std::chrono::seconds>(model::Duration::max()).count();

// Parses "    0.012 out| ".
std::optional<std::int64_t> read_time(std::string_view stamp) {
  stamp.remove_prefix(std::min(stamp.find_first_not_of(' '), stamp.size()));
  std::uint64_t seconds = 0;
  std::uint64_t thousandths = 0;
  const char* const end = stamp.data() + stamp.size();
  const auto whole = std::from_chars(stamp.data(), end, seconds);
  if (whole.ec != std::errc{} || whole.ptr == end || *whole.ptr != '.') return {};
  const auto part = std::from_chars(whole.ptr + 1, end, thousandths);
  if (part.ec != std::errc{} || part.ptr - whole.ptr != 4 || seconds > kLongestRun) return {};
  return static_cast<std::int64_t>(seconds * 1000 + thousandths);
}

}  // namespace

void JsonLogLines::frame(std::string_view bytes) {
  flush(pending_.size());
  time_ms_ = read_time(bytes);
}

void JsonLogLines::text(model::Stream stream, std::string_view bytes) {
  if (stream != stream_) flush(pending_.size());
  stream_ = stream;
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::size_t room = kLargestLogPiece - pending_.size();
    const std::size_t line = newline == std::string_view::npos ? bytes.size() : newline + 1;
    const std::size_t size = std::min(line, room);
    pending_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
    if (pending_.back() == '\n') {
      flush(pending_.size());
    } else if (pending_.size() == kLargestLogPiece) {
      flush(pending_.size() - model::unfinished_tail(pending_));
    }
  }
}

void JsonLogLines::note(std::string_view key, std::string_view text) {
  JsonText line(JsonText::Layout::line);
  line.begin_object().text("note", key).text("text", text);
  print_(line.end_object().take());
}

void JsonLogLines::flush(std::size_t size) {
  if (size == 0) return;
  const std::string_view bytes = std::string_view(pending_).substr(0, size);
  JsonText line(JsonText::Layout::line);
  line.begin_object();
  if (time_ms_) line.number("time_ms", *time_ms_);
  line.text("stream", to_string(stream_));
  write_bytes(line, bytes);
  print_(line.end_object().take());
  pending_.erase(0, size);
}

}  // namespace oversee::report
