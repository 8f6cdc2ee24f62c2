// Feeds random bytes as requests of `oversee serve`: an error must be a sentence, an accepted request must become
// existing flags, and lines must not depend on the splitting. The first byte controls it.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/line_cutter.hpp"
#include "cli/serve_request.hpp"
#include "history/json_reader.hpp"
#include "model/utf8.hpp"
#include "must.hpp"
#include "settings/table.hpp"

namespace oversee::fuzz {
namespace {

constexpr std::size_t kLongestLine = 512;
constexpr std::size_t kLongestSentence = 500;
constexpr std::size_t kLongestId = 256;

using Lines = std::vector<std::pair<std::string, bool>>;

Lines cut(std::string_view bytes, std::size_t piece) {
  cli::LineCutter cutter(kLongestLine);
  Lines lines;
  const auto keep = [&](const cli::LineCutter::Line& line) { lines.emplace_back(line.text, line.too_long); };
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    cutter.add(bytes.substr(0, piece));
    while (const auto line = cutter.next()) keep(*line);
  }
  if (const auto line = cutter.rest()) keep(*line);
  return lines;
}

bool can_be_argument(const std::string& word) { return word.find('\0') == std::string::npos; }

void check_run(const cli::RunRequest& run) {
  for (const std::string& flag : run.flags) {
    must(flag.starts_with("--"), "a setting is a flag");
    must(settings::find(flag.substr(2, std::min(flag.find('='), flag.size()) - 2)) != nullptr,
         "there is such a setting");
    must(can_be_argument(flag), "no flag has a NUL");
  }
  must(std::ranges::all_of(run.words, can_be_argument), "no word has a NUL");
}

void check_line(std::string_view line) {
  const auto request = cli::read_request(line);
  if (!request) {
    const cli::RequestError& error = request.error();
    must(!error.sentence.empty() && error.sentence.size() <= kLongestSentence, "an error is a sentence");
    must(model::is_utf8(error.sentence), "a sentence is UTF-8");
    must(error.id.size() <= kLongestId && can_be_argument(error.id), "the id of an error can be one");
    return;
  }
  must(history::read_json(line).has_value(), "a request is JSON");
  const std::string& id = cli::id_of(*request);
  must(!id.empty() && id.size() <= kLongestId, "a request has an id");
  if (const auto* run = std::get_if<cli::RunRequest>(&*request)) check_run(*run);
}

void check(std::size_t piece, std::string_view bytes) {
  const Lines lines = cut(bytes, bytes.size() + 1);
  must(cut(bytes, piece) == lines, "cuts change nothing");
  for (const auto& [line, too_long] : lines) {
    must(line.find('\n') == std::string::npos && line.size() <= kLongestLine, "a line is one");
    check_line(line);
  }
  check_line(bytes);
}

}  // namespace
}  // namespace oversee::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  oversee::fuzz::check(1U + data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
