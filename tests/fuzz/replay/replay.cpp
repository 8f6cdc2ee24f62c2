// Feeds a fuzz target what it starts from, each file once and without libFuzzer: a test of the suite.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

// What is LLVMFuzzerTestOneInput to libFuzzer.
extern "C" {
int replay_events(const std::uint8_t* data, std::size_t size);
int replay_log(const std::uint8_t* data, std::size_t size);
int replay_patterns(const std::uint8_t* data, std::size_t size);
int replay_protocol(const std::uint8_t* data, std::size_t size);
int replay_record(const std::uint8_t* data, std::size_t size);
int replay_requests(const std::uint8_t* data, std::size_t size);
int replay_settings(const std::uint8_t* data, std::size_t size);
int replay_values(const std::uint8_t* data, std::size_t size);
}

namespace {

struct Target {
  std::string_view name;
  int (*feed)(const std::uint8_t* data, std::size_t size);
};

constexpr std::array kTargets{Target{"events", replay_events},     Target{"log", replay_log},
                              Target{"patterns", replay_patterns}, Target{"protocol", replay_protocol},
                              Target{"record", replay_record},     Target{"requests", replay_requests},
                              Target{"settings", replay_settings}, Target{"values", replay_values}};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// How many inputs there were.
int replay(const Target& target, const std::filesystem::path& corpus) {
  int inputs = 0;
  for (const auto& each : std::filesystem::directory_iterator(corpus / target.name)) {
    std::printf("%s\n", each.path().c_str());
    std::fflush(stdout);  // the target may end us
    const std::string input = read(each.path());
    target.feed(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    ++inputs;
  }
  return inputs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const Target& target : kTargets) {
    if (replay(target, argv[1]) == 0) return 1;
  }
}
