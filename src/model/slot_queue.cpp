// Words about slots.
#include "model/slot_queue.hpp"

#include <fmt/format.h>

#include <span>

#include "model/command_line.hpp"

namespace oversee::model {

std::string_view to_string(WhenFull what) {
  switch (what) {
    case WhenFull::wait: return "wait";
    case WhenFull::fail: return "fail";
  }
  return "";
}

std::string group_name(const SlotStanding& standing) { return quote_command(std::span(&standing.group, 1)); }

std::string describe(const SlotStanding& standing) {
  std::string text =
      fmt::format("{} of {} {} taken", standing.running, standing.most, standing.most == 1 ? "is" : "are");
  if (!standing.holders.empty()) text += fmt::format(" (by {}", standing.holders.front());
  for (std::size_t i = 1; i < standing.holders.size(); ++i) text += ", " + standing.holders[i];
  if (standing.running > standing.holders.size() && !standing.holders.empty()) {
    text += fmt::format(" and {} more", standing.running - standing.holders.size());
  }
  if (!standing.holders.empty()) text += ')';
  if (standing.before > 0) {
    text += fmt::format(", {} {} before it", standing.before, standing.before == 1 ? "run waits" : "runs wait");
  }
  return text;
}

}  // namespace oversee::model
