// Reads small files that the kernel generates.
#include "os/kernel_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "os/descriptor.hpp"
#include "os/proc.hpp"

namespace oversee::os {
namespace {

std::optional<std::uint64_t> number_at(std::string_view text) {
  const std::size_t start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) return {};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), number);
  if (error != std::errc{}) return {};
  return number;
}

}  // namespace

std::string_view read_once(const char* path, std::span<char> buffer) {
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

std::string_view read_once(pid_t pid, std::string_view file, std::span<char> buffer) {
  if (!proc_is_ours()) return {};
  std::array<char, 64> path;
  *fmt::format_to_n(path.data(), path.size() - 1, "/proc/{}/{}", pid, file).out = '\0';
  return read_once(path.data(), buffer);
}

std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; at += word.size()) {
    if (at == 0 || text[at - 1] == '\n') return number_at(text.substr(at + word.size()));
  }
  return {};
}

}  // namespace oversee::os
