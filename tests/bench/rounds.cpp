// Runs several commands in turn, round after round, and prints every sample as JSON. The caller interprets the figures.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "one_run.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsage =
    "usage: rounds PLAN SCRATCH ROUNDS WARMUPS BOUND_MS GRACE_MS\n"
    "PLAN is a file of fields, each ended by a NUL; for each command: name, sink (null or cat), copies, file for\n"
    "standard error, number of words, the words. Before each run all files below SCRATCH are removed; its directories\n"
    "stay. The order is shuffled anew for each round, the same way in each invocation.\n";

// Part of the name of the caller's private directories: files are only removed there.
constexpr std::string_view kScratchMark = "oversee-bench.";

struct Settings {
  fs::path plan;
  fs::path scratch;
  unsigned rounds = 0;
  unsigned warmups = 0;
  bench::Limits limits{};
};

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

std::optional<Settings> parse_arguments(int argc, char** argv) {
  if (argc != 7) return {};
  const auto rounds = parse_number(argv[3]);
  const auto warmups = parse_number(argv[4]);
  const auto bound = parse_number(argv[5]);
  const auto grace = parse_number(argv[6]);
  const fs::path scratch = argv[2];
  if (!rounds || !warmups || !bound || !grace || *bound == 0) return {};
  if (scratch.string().find(kScratchMark) == std::string::npos) return {};
  return Settings{.plan = argv[1],
                  .scratch = scratch,
                  .rounds = *rounds,
                  .warmups = *warmups,
                  .limits = {.bound = std::chrono::milliseconds(*bound), .grace = std::chrono::milliseconds(*grace)}};
}

std::vector<std::string> read_fields(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> fields;
  for (std::string field; std::getline(file, field, '\0');) fields.push_back(field);
  return fields;
}

// Empty if the plan is truncated or has an unknown value.
std::optional<std::vector<bench::Command>> read_plan(const fs::path& path) {
  const std::vector<std::string> fields = read_fields(path);
  std::vector<bench::Command> commands;
  for (auto field = fields.begin(); field != fields.end();) {
    if (fields.end() - field < 6) return {};
    bench::Command command;
    command.name = *field++;
    const std::string sink = *field++;
    const auto copies = parse_number(*field++);
    command.errors = *field++;
    const auto words = parse_number(*field++);
    if ((sink != "null" && sink != "cat") || !copies || *copies == 0) return {};
    if (!words || *words == 0 || fields.end() - field < static_cast<std::ptrdiff_t>(*words)) return {};
    command.sink = sink == "cat" ? bench::Sink::cat : bench::Sink::null;
    command.copies = *copies;
    for (unsigned i = 0; i < *words; ++i) command.argv.push_back(*field++);
    commands.push_back(std::move(command));
  }
  return commands;
}

// Keeps directories, so that each run finds its log directory, as every run but the first on a machine does.
void remove_files_below(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_symlink() || !entry.is_directory()) files.push_back(entry.path());
  }
  for (const fs::path& file : files) fs::remove(file);
}

void print_sample(const bench::Sample& sample) {
  std::printf("{\"wall_ns\":%lld,\"empty_ns\":%lld,\"user_us\":%lld,\"system_us\":%lld,\"max_rss_kib\":%ld,",
              static_cast<long long>(sample.wall.count()), static_cast<long long>(sample.empty.count()),
              static_cast<long long>(sample.user.count()), static_cast<long long>(sample.system.count()),
              sample.max_rss_kib);
  std::printf("\"status\":%d,\"alive\":%u,\"survivors\":%u}", sample.status, sample.alive, sample.survivors);
}

// One list of samples per command, in the plan's order.
void print_samples(const std::vector<std::vector<bench::Sample>>& samples) {
  const char* before_list = "[";
  for (const auto& of_command : samples) {
    std::printf("%s[", std::exchange(before_list, ",\n"));
    const char* before_sample = "";
    for (const bench::Sample& sample : of_command) {
      std::fputs(std::exchange(before_sample, ",\n"), stdout);
      print_sample(sample);
    }
    std::fputs("]", stdout);
  }
  std::fputs("]\n", stdout);
}

int run(const Settings& settings, const std::vector<bench::Command>& commands) {
  std::vector<std::vector<bench::Sample>> samples(commands.size());
  std::vector<std::size_t> order(commands.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937 dice(20090101);  // any constant seed: two invocations must use the same order
  for (unsigned round = 0; round < settings.warmups + settings.rounds; ++round) {
    std::shuffle(order.begin(), order.end(), dice);
    for (const std::size_t index : order) {
      remove_files_below(settings.scratch);
      const auto sample = bench::measure(commands[index], settings.limits);
      if (bench::interrupted()) return 130;
      if (!sample) {
        std::fprintf(stderr, "%s\n", sample.error().c_str());
        return 1;
      }
      if (round >= settings.warmups) samples[index].push_back(*sample);
    }
  }
  remove_files_below(settings.scratch);
  print_samples(samples);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto settings = parse_arguments(argc, argv);
  if (!settings) {
    std::fputs(kUsage.data(), stderr);
    return 2;
  }
  const auto commands = read_plan(settings->plan);
  if (!commands) {
    std::fputs("rounds: the plan is not understood\n", stderr);
    return 2;
  }
  bench::prepare_process();
  return run(*settings, *commands);
}
