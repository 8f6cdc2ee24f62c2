// Parses REASON=CODE.
#include "model/reason_code.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

#include "model/nearest_word.hpp"
#include "model/whole_number.hpp"

namespace oversee::model {
namespace {

constexpr int kHighest = 255;

std::vector<std::string_view> all_reasons() {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < kReasons; ++i) words.push_back(to_string(static_cast<Reason>(i)));
  return words;
}

std::string allowed(std::string_view reason) {
  const std::string_view near = reason.empty() ? "" : nearest(reason, all_reasons());
  const std::string hint = near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
  return fmt::format("a reason of the summary and an exit code from 1 to {} such as timeout=75{}", kHighest, hint);
}

}  // namespace

Parsed<ReasonCode> ReasonCode::parse(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view word = text.substr(0, equals);
  const auto refuse = [&](std::string_view near) {
    return std::unexpected(ValueError{std::string(text), allowed(near)});
  };
  for (std::size_t i = 0; i < kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (to_string(reason) != word) continue;
    const auto code = read_whole(equals == std::string_view::npos ? "" : text.substr(equals + 1), kHighest);
    if (!code || *code == 0) return refuse("");
    return ReasonCode{reason, *code};
  }
  return refuse(word);
}

}  // namespace oversee::model
