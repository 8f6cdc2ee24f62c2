// Builds, parses and formats stop ladders.
#include "model/stop_ladder.hpp"

#include <csignal>

namespace oversee::model {
namespace {

constexpr std::string_view kAllowedLadder = "a ladder such as INT:5s,TERM:10s,KILL";

}  // namespace

std::string_view to_string(StopReach reach) {
  switch (reach) {
    case StopReach::tree: return "tree";
    case StopReach::group: return "group";
    case StopReach::leader: return "leader";
  }
  return "";
}

Parsed<Signal> parse_rung_signal(std::string_view text) {
  if (text == "0") return kNoSignal;
  return parse_signal(text);
}

StopLadder::StopLadder(Signal first, TimeLimit grace) {
  if (first != SIGKILL) rungs_.push_back({first, grace});
  rungs_.push_back({SIGKILL, {}});
}

Parsed<StopLadder> StopLadder::parse(std::string_view text) {
  const auto refuse = [&](std::string_view allowed = kAllowedLadder) { return refuse_value(text, allowed); };
  std::vector<Rung> rungs;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    const std::size_t colon = word.find(':');
    const auto signal = parse_rung_signal(word.substr(0, colon));
    if (!signal) return refuse("a ladder such as INT:5s,TERM:10s,KILL: each rung is SIGNAL:DURATION");
    if (!rungs.empty() && rungs.back().signal == SIGKILL) return refuse("KILL as the last rung of the ladder");
    if (*signal == SIGKILL) {
      if (colon != std::string_view::npos) return refuse("KILL without a duration: nothing comes after it");
      rungs.push_back({SIGKILL, {}});
    } else {
      if (colon == std::string_view::npos) return refuse("a duration behind each signal, as in INT:5s,TERM:10s,KILL");
      const auto grace = parse_time_limit(word.substr(colon + 1));
      if (!grace) return refuse("a ladder such as INT:5s,TERM:10s,KILL: each rung is SIGNAL:DURATION");
      if (*signal == kNoSignal && !*grace) return refuse("a time behind 0, which sends nothing, as in 0:10s,KILL");
      rungs.push_back({*signal, *grace});
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (rungs.back().signal != SIGKILL) rungs.push_back({SIGKILL, {}});
  return StopLadder(std::move(rungs));
}

StopLadder StopLadder::starting_with(Signal signal) const {
  if (signal == SIGKILL) return {SIGKILL, {}};
  // A ladder of KILL alone has no grace to inherit, but the sender of a catchable signal still expects its delivery.
  if (rungs_.front().signal == SIGKILL) return {signal, Duration(std::chrono::milliseconds(1))};
  std::vector<Rung> rungs = rungs_;
  rungs.front().signal = signal;
  return StopLadder(std::move(rungs));
}

std::string format_stop_ladder(const StopLadder& ladder) {
  std::string text;
  for (const Rung& rung : ladder.rungs()) {
    if (!text.empty()) text += ',';
    text += signal_name(rung.signal);
    if (rung.signal != SIGKILL) text += ':' + format_time_limit(rung.grace);
  }
  return text;
}

}  // namespace oversee::model
