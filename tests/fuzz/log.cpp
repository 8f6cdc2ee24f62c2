// Feeds random bytes as a tagged log: frames and texts must add up to it, however it is split, and its JSON lines must
// hold the same. The first two bytes control the splitting.
#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json_line.hpp"
#include "must.hpp"
#include "report/json_log_lines.hpp"
#include "report/log_reader.hpp"

namespace oversee::fuzz {
namespace {

struct Kept {
  std::array<std::string, model::kStreams> streams;
  std::string all;
  std::vector<std::pair<std::string, std::string>> notes;

  bool operator==(const Kept&) const = default;
};

class Keeper final : public report::LogVisitor {
 public:
  explicit Keeper(Kept& kept) : kept_(kept) {}
  void text(model::Stream stream, std::string_view bytes) override {
    kept_.streams.at(model::index(stream)) += bytes;
    kept_.all += bytes;
  }
  void frame(std::string_view bytes) override { kept_.all += bytes; }
  void note(std::string_view key, std::string_view text) override { kept_.notes.emplace_back(key, text); }

 private:
  Kept& kept_;
};

// Formats everything as `oversee logs --format json` does, and parses it again.
class JsonKeeper final : public report::LogVisitor {
 public:
  void text(model::Stream stream, std::string_view bytes) override { lines_.text(stream, bytes); }
  void frame(std::string_view bytes) override { lines_.frame(bytes); }
  void note(std::string_view key, std::string_view text) override { lines_.note(key, text); }

  std::array<std::string, model::kStreams> streams;
  std::size_t notes = 0;

 private:
  void keep(std::string_view line) {
    const history::JsonValue json = read_line(line);
    if (json.text("note") != nullptr) {
      ++notes;
      return;
    }
    const std::string* stream = json.text("stream");
    must(stream != nullptr, "a line of the command's has its stream");
    streams.at(*stream == "stdout" ? 0 : 1) += told_bytes(json);
  }

  report::JsonLogLines lines_{[this](std::string_view line) { keep(line); }};
};

void check_json(const Kept& whole, std::string_view log) {
  JsonKeeper keeper;
  report::LogReader reader(keeper);
  reader.read(log);
  reader.finish();
  keeper.frame({});  // flushes a text without a final newline
  must(keeper.streams == whole.streams, "lines of JSON have the texts");
  must(keeper.notes == whole.notes.size(), "and the notes");
}

Kept read(std::string_view log, auto&& next_size) {
  Kept kept;
  Keeper keeper(kept);
  report::LogReader reader(keeper);
  while (!log.empty()) {
    const std::string_view chunk = log.substr(0, next_size());
    reader.read(chunk);
    log.remove_prefix(chunk.size());
  }
  reader.finish();
  return kept;
}

// Whether a line begins with more digits than a real stamp: it is recognized as a stamp only if it is not split there.
bool has_endless_stamp(std::string_view log) {
  constexpr std::size_t kLongest = 30;
  while (!log.empty()) {
    if (std::min(log.find_first_not_of(" 0123456789"), log.size()) > kLongest) return true;
    const std::size_t newline = log.find('\n');
    log.remove_prefix(newline == std::string_view::npos ? log.size() : newline + 1);
  }
  return false;
}

void check(unsigned cuts, std::string_view log) {
  const Kept whole = read(log, [&] { return log.size(); });
  must(whole.all == log, "frames and texts are the log");
  check_json(whole, log);
  std::minstd_rand random(cuts);
  const std::size_t longest = 1 + cuts % 61;
  const Kept cut = read(log, [&] { return 1 + random() % longest; });
  must(cut.all == log, "frames and texts of a log in pieces are the log");
  must(cut == whole || has_endless_stamp(log), "cuts change nothing");
}

}  // namespace
}  // namespace oversee::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  oversee::fuzz::check(data[0] * 256U + data[1], {reinterpret_cast<const char*>(data) + 2, size - 2});
  return 0;
}
