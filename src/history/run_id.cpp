// Makes run ids.
#include "history/run_id.hpp"

#include "model/date.hpp"
#include "os/random.hpp"

namespace oversee::history {

std::string make_run_id(model::WallTime started) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";  // base 32, RFC 4648
  std::string id = model::format_compact_date(started) + '-';
  for (const std::uint8_t byte : os::random_bytes()) id += kLetters[byte % kLetters.size()];
  return id;
}

}  // namespace oversee::history
