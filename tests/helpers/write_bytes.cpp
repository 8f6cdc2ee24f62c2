// write_bytes (STREAM CHUNK FILE)...: writes each FILE to STREAM (1 or 2) in writes of CHUNK bytes, alternating between
// them.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "helper.hpp"

namespace {

struct Source {
  int fd;
  std::size_t chunk;
  std::string bytes;
  std::size_t written = 0;
};

std::string contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) helper::give_up();
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  std::vector<Source> sources;
  for (int i = 1; i + 2 < argc; i += 3) {
    sources.push_back(
        {helper::number(argv[i]), static_cast<std::size_t>(helper::number(argv[i + 1])), contents(argv[i + 2])});
  }
  for (bool more = true; more;) {
    more = false;
    for (Source& each : sources) {
      const std::size_t size = std::min(each.chunk, each.bytes.size() - each.written);
      helper::say(std::string_view(each.bytes).substr(each.written, size), each.fd);
      each.written += size;
      more |= each.written < each.bytes.size();
    }
  }
}
