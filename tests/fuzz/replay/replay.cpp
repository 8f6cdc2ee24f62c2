// Feeds each fuzz target its seed corpus once, without libFuzzer, as a test of the suite.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

// The LLVMFuzzerTestOneInput functions of the targets, renamed.
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

// Returns the number of inputs.
int replay(const Target& target, const std::filesystem::path& corpus) {
  int inputs = 0;
  for (const auto& each : std::filesystem::directory_iterator(corpus / target.name)) {
    std::printf("%s\n", each.path().c_str());
    std::fflush(stdout);  // the target may abort this process
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
