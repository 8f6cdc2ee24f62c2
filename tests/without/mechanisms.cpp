// The mechanisms of the test build: those listed in OVERSEE_TEST_WITHOUT ("guard-adopts,stop-first") are disabled.
#include "mechanisms.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace oversee::model {
namespace {

std::uint64_t switched_off = 0;

constexpr std::uint64_t bit(int index) { return std::uint64_t{1} << index; }

// With an unknown name, a negative control would pass or fail for the wrong reason.
[[noreturn]] void refuse() {
  constexpr std::string_view kWords =
      "oversee-without: OVERSEE_TEST_WITHOUT names no mechanism (model/mechanism.hpp)\n";
  (void)!::write(STDERR_FILENO, kWords.data(), kWords.size());
  ::_exit(99);
}

int index_of(std::string_view name) {
  for (int index = 0; index < kMechanisms; ++index) {
    if (to_string(static_cast<Mechanism>(index)) == name) return index;
  }
  refuse();
}

// Read before main(), because nothing may be allocated between fork and exec.
const bool read = [] {
  const char* names = std::getenv("OVERSEE_TEST_WITHOUT");
  std::string_view rest = names == nullptr ? "" : names;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    switched_off |= bit(index_of(rest.substr(0, comma)));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return true;
}();

}  // namespace

bool works(Mechanism mechanism) noexcept { return (switched_off & bit(static_cast<int>(mechanism))) == 0; }

void turn(Mechanism mechanism, bool on) {
  if (on) {
    switched_off &= ~bit(static_cast<int>(mechanism));
  } else {
    switched_off |= bit(static_cast<int>(mechanism));
  }
}

}  // namespace oversee::model
