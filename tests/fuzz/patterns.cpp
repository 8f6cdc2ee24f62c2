// Feeds random text as the pattern of an output: cause, and random bytes as output: the result must not depend on how
// the output is split. The first byte controls the splitting; the pattern ends at the first newline.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "match/line_search.hpp"
#include "model/retry_policy.hpp"
#include "must.hpp"

namespace oversee::fuzz {
namespace {

bool found(const match::Pattern& pattern, std::string_view output, std::size_t piece) {
  match::LineSearch search(pattern);
  for (; !output.empty(); output.remove_prefix(std::min(piece, output.size()))) search.feed(output.substr(0, piece));
  search.finish();
  return search.found();
}

bool found_line_by_line(const match::Pattern& pattern, std::string_view output) {
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    if (pattern.found_in(output.substr(0, end))) return true;
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return false;
}

void check(std::size_t piece, std::string_view text, std::string_view output) {
  const auto pattern = match::Pattern::compile(text);
  if (!pattern) {
    must(pattern.error().read == text && !pattern.error().allowed.empty(), "a refusal tells what and why");
    return;
  }
  must(pattern->text() == text, "a pattern is as it was written");
  const bool whole = found(*pattern, output, output.size());
  must(found(*pattern, output, piece) == whole, "cuts change nothing");
  must(found_line_by_line(*pattern, output) == whole, "a match lies in one line");
}

}  // namespace
}  // namespace oversee::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t newline = std::min(text.find('\n'), text.size());
  const std::string_view output = text.substr(std::min(newline + 1, text.size()));
  oversee::fuzz::check(1U + data[0], text.substr(0, newline), output);
  return 0;
}
