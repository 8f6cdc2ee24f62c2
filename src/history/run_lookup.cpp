// Finds runs.
#include "history/run_lookup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <ranges>
#include <span>
#include <tuple>
#include <utility>

namespace oversee::history {
namespace {

constexpr std::size_t kMostNamed = 5;

std::unexpected<model::Failure> failure(std::string stage, std::string_view subject, std::string remedy,
                                        int error = 0) {
  return std::unexpected(model::Failure{std::move(stage), error, std::string(subject), std::move(remedy)});
}

std::string name_some(std::span<const std::string> ids) {
  std::string names;
  for (const std::string& id : ids.first(std::min(ids.size(), kMostNamed))) {
    if (!names.empty()) names += ", ";
    names += id;
  }
  if (ids.size() > kMostNamed) names += fmt::format(" and {} more", ids.size() - kMostNamed);
  return names;
}

std::size_t common_start(std::string_view one, std::string_view other) {
  return static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
}

template <class Number>
Number big_endian(Number number) {
  return std::endian::native == std::endian::little ? std::byteswap(number) : number;
}

// The id with the longest common prefix; among equals the newest.
const std::string& nearest(const std::vector<std::string>& ids, std::string_view word) {
  return *std::ranges::max_element(ids | std::views::reverse, {},
                                   [&](const std::string& id) { return common_start(id, word); });
}

// Ids have a resolution of a second; within one, the records decide.
std::string newest(const RunDirectory& directory, const std::vector<std::string>& ids) {
  std::string best = ids.back();
  std::string started;
  for (const std::string& id : ids | std::views::reverse) {
    if (second_of(id) != second_of(ids.back())) break;
    const auto record = read_record(directory, id);
    if (!record || record->started_at <= started) continue;
    best = id;
    started = record->started_at;
  }
  return best;
}

// "# oversee 0.1.0  run 20261123-121659-k3f9" begins a run's part; a line with "# finished" ends it.
class PartFinder {
 public:
  explicit PartFinder(std::string_view id) : id_(id) {}

  // Empty if no part belongs to the run.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> find(int file) {
    char chunk[64 * 1024];
    std::uint64_t offset = 0;
    while (!end_) {
      const ssize_t size = ::pread(file, chunk, sizeof chunk, static_cast<off_t>(offset));
      if (size <= 0) break;
      read({chunk, static_cast<std::size_t>(size)}, offset);
      offset += static_cast<std::uint64_t>(size);
    }
    if (offset == 0) return std::pair<std::uint64_t, std::uint64_t>{0, UINT64_MAX};  // an empty file is valid too
    if (!begin_) return {};
    return std::pair{*begin_, end_.value_or(UINT64_MAX)};
  }

 private:
  static constexpr std::size_t kLongestHead = 256;

  void read(std::string_view chunk, std::uint64_t offset) {
    while (!chunk.empty() && !end_) {
      const std::size_t newline = chunk.find('\n');
      if (line_.empty()) line_start_ = offset;
      line_ += chunk.substr(0, std::min(newline, kLongestHead - std::min(kLongestHead, line_.size())));
      const std::size_t taken = newline == std::string_view::npos ? chunk.size() : newline + 1;
      offset += taken;
      chunk.remove_prefix(taken);
      if (newline == std::string_view::npos) return;
      judge_line();
      line_.clear();
    }
  }

  void judge_line() {
    if (line_.starts_with("# finished ")) writing_ -= writing_ > 0 ? 1 : 0;
    if (!line_.starts_with("# oversee ")) return;
    const bool ours = line_.ends_with("  run " + id_);
    if (begin_ && !ours && writing_ == 0) {
      end_ = line_start_;
    } else if (begin_ && !ours) {
      ++writing_;
    } else if (ours && !begin_) {
      begin_ = line_start_;
      writing_ = 1;
    }
  }

  const std::string id_;
  std::string line_;
  std::uint64_t line_start_ = 0;
  int writing_ = 0;  // runs that write to the file, since this one's part began
  std::optional<std::uint64_t> begin_;
  std::optional<std::uint64_t> end_;
};

bool is_regular(int file) {
  struct stat status {};
  return ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

// Three comparisons of integers: by string_view a sort takes three times as long.
bool is_older(const StoredRun& one, const StoredRun& other) {
  const auto order = [](const StoredRun& run) {
    std::array<std::uint64_t, 2> start{};
    std::uint32_t end = 0;
    static_assert(sizeof start + sizeof end == kRunIdSize);
    std::memcpy(start.data(), run.text.data(), sizeof start);
    std::memcpy(&end, run.text.data() + sizeof start, sizeof end);
    return std::tuple(big_endian(start[0]), big_endian(start[1]), big_endian(end));
  };
  return order(one) < order(other);
}

model::Result<std::vector<StoredRun>> stored_runs(const RunDirectory& directory) {
  std::vector<StoredRun> runs;
  const auto listed = directory.for_each_file([&](std::string_view name, std::uint64_t inode) {
    if (name.size() == kRunIdSize + kRecordSuffix.size() && name.ends_with(kRecordSuffix) &&
        is_run_id(name.substr(0, kRunIdSize))) {
      StoredRun& run = runs.emplace_back();
      std::ranges::copy(name.substr(0, kRunIdSize), run.text.begin());
      run.inode = inode;
    }
    return true;
  });
  if (!listed) return std::unexpected(listed.error());
  return runs;
}

model::Result<std::vector<std::string>> list_runs(const RunDirectory& directory) {
  auto runs = stored_runs(directory);
  if (!runs) return std::unexpected(runs.error());
  std::ranges::sort(*runs, is_older);
  std::vector<std::string> ids;
  ids.reserve(runs->size());
  for (const StoredRun& run : *runs) ids.emplace_back(run.id());
  return ids;
}

model::Result<std::string> find_run(const RunDirectory& directory, std::string_view word) {
  const auto ids = list_runs(directory);
  if (!ids) return std::unexpected(ids.error());
  if (ids->empty()) return failure("find a run", directory.path(), "none is recorded there; is TMPDIR another one?");
  if (word == "last") return newest(directory, *ids);
  std::vector<std::string> found;
  for (const std::string& id : *ids) {
    if (id == word) return id;
    if (!word.empty() && id.starts_with(word)) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return failure("find the run", word, fmt::format("no id begins so; the nearest is {}", nearest(*ids, word)));
  }
  std::ranges::reverse(found);
  return failure("tell which run is meant", word, "it may be " + name_some(found));
}

model::Result<RunLog> open_run_log(const RunDirectory& directory, const RunRecord& record) {
  const std::string stage = "read the run's log";
  if (record.log_path.empty()) return failure(stage, record.id, "it was run without one (--no-log)");
  // Tried by name in the run directory, because the path may be relative to another view of the file system.
  const std::string name = record.id + ".log";
  RunLog log;
  if (record.log_path.ends_with('/' + name)) {
    if (auto own = directory.open_to_read(name)) log.file = std::move(*own);
  }
  const bool named = !log.file;
  // Non-blocking, because the path may now be a pipe.
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  if (named) log.file.reset(::open(record.log_path.c_str(), kFlags));
  if (!log.file) return failure(stage, record.log_path, errno == ENOENT ? "it was removed" : "", errno);
  if (!is_regular(log.file.get())) return failure(stage, record.log_path, "it is no file, and kept nothing");
  if (record.log_format == "raw" || !named) return log;
  const auto part = PartFinder(record.id).find(log.file.get());
  if (!part) {
    return failure(stage, record.log_path,
                   fmt::format("it is not that of {}: something else was written there", record.id));
  }
  std::tie(log.begin, log.end) = *part;
  return log;
}

model::Result<os::UniqueFd> open_spilled(const RunDirectory& directory, const std::string& id, model::Stream stream) {
  return directory.open_to_read(id + (stream == model::Stream::out ? ".stdout" : ".stderr"));
}

}  // namespace oversee::history
