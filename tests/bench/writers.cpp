// Writes a given number of bytes to standard output in one of several shapes; the contents have no meaning.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace {

constexpr std::string_view kUsage =
    "usage: writers MODE SIZE [LINGER]\n"
    "  lines    80-byte lines through a 64 KiB buffer, as a program writes whose output is not a terminal\n"
    "  small    one write(2) for each 64-byte line, as a program writes that flushes every line\n"
    "  blocks   64 KiB writes without any newline\n"
    "SIZE is a number of bytes, with K, M or G for powers of 1024. LINGER is how many milliseconds to stay alive when\n"
    "all is written, so that somebody can look at the reader's memory.\n";

constexpr std::size_t kBuffer = std::size_t{64} << 10U;

// The bytes to write repeatedly, and the size of one write(2).
struct Shape {
  std::string bytes;
  std::size_t write_size;
};

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return {};
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty()) return number;
  if (unit == "K") return number << 10U;
  if (unit == "M") return number << 20U;
  if (unit == "G") return number << 30U;
  return {};
}

// Numbered lines of this length, newline included, up to this total size.
std::string numbered_lines(std::size_t line_length, std::size_t total) {
  std::string text;
  for (std::size_t number = 0; text.size() < total; ++number) {
    std::string line = "line " + std::to_string(number) + " of a build that has a lot to say ";
    line.resize(line_length - 1, '.');
    text += line + '\n';
  }
  text.resize(total);
  return text;
}

std::optional<Shape> shape_of(std::string_view mode) {
  // 80 does not divide 64 KiB, so most writes end within a line, as with a real buffer; five buffers are whole lines.
  if (mode == "lines") return Shape{numbered_lines(80, 5 * kBuffer), kBuffer};
  if (mode == "small") return Shape{numbered_lines(64, kBuffer), 64};
  if (mode == "blocks") return Shape{std::string(kBuffer, '\0'), kBuffer};
  return {};
}

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool write_shape(const Shape& shape, std::uint64_t total) {
  const std::string_view bytes = shape.bytes;
  std::size_t at = 0;
  while (total > 0) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(shape.write_size, total));
    if (!write_all(bytes.substr(at, size))) return false;
    total -= size;
    at = (at + shape.write_size) % bytes.size();
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const auto shape = argc > 1 ? shape_of(argv[1]) : std::nullopt;
  const auto size = argc > 2 ? parse_size(argv[2]) : std::nullopt;
  const auto linger = argc > 3 ? parse_size(argv[3]) : 0;
  if (!shape || !size || !linger || argc > 4) {
    std::fputs(kUsage.data(), stderr);
    return 2;
  }
  if (!write_shape(*shape, *size)) {
    std::perror("writers: write");
    return 1;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(*linger));
  return 0;
}
