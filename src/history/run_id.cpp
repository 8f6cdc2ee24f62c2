// Makes and recognizes run ids.
#include "history/run_id.hpp"

#include <algorithm>

#include "model/date.hpp"
#include "os/random.hpp"

namespace oversee::history {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";  // base 32, RFC 4648
constexpr std::string_view kForm = "dddddddd-dddddd-llll";                 // digits and letters

}  // namespace

std::string make_run_id(model::WallTime started) {
  std::string id = model::format_compact_date(started) + '-';
  for (const std::uint8_t byte : os::random_bytes()) id += kLetters[byte % kLetters.size()];
  return id;
}

model::WallTime start_of(std::string_view id) {
  return model::read_compact_date(second_of(id)).value_or(model::WallTime());
}

bool is_run_id(std::string_view text) {
  return std::ranges::equal(text, kForm, [](char c, char form) {
    if (form == 'd') return c >= '0' && c <= '9';
    return form == 'l' ? kLetters.contains(c) : c == form;
  });
}

}  // namespace oversee::history
