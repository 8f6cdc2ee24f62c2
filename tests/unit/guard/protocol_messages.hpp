// Sample messages of every kind, for encoders and decoders.
#pragma once

#include <chrono>
#include <csignal>
#include <limits>
#include <string>
#include <vector>

#include "guard/wire.hpp"

namespace oversee::guard {

using namespace std::chrono_literals;

inline const std::string kEveryByte = [] {
  std::string text;
  for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
  return text;
}();

inline const std::vector<Request>& requests() {
  static const std::vector<Request> list{
      StartCommand{},
      StartCommand{.argv = {"make", "-j8", "", kEveryByte},
                   .environment = {"PATH=/bin", "EMPTY=", "A=\n\0x"},
                   .directory = "/srv/app",
                   .own_group = true,
                   .terminal = true,
                   .cgroup_name = "oversee-20261123-121659-k3f9-1",
                   .cgroup_at_start = true,
                   .cgroup_required = true,
                   .ignored_signals = std::numeric_limits<std::uint64_t>::max(),
                   .blocked_signals = 1,
                   .tree_limits = {.memory = 1, .cpu = 1s, .processes = ~std::uint64_t{0}},
                   .process_limits = {.nice = -20,
                                      .files = 0,
                                      .file_size = 1,
                                      .core_size = model::kUnlimited,
                                      .data = 2,
                                      .data_backstop = 3,
                                      .cpu_backstop = 4},
                   .record = {.run_id = "20261123-121659-k3f9",
                              .json_path = kEveryByte,
                              .attempt = 3,
                              .started = 1s,
                              .attempt_started = model::Duration::max(),
                              .attempt_started_wall = model::Duration::min()}},
      StartCommand{.argv = {std::string(1 << 20, 'x')}, .environment = {}, .directory = {}},
      StartCommand{.argv = std::vector<std::string>(20'000, "word"), .environment = {}, .directory = {}},
      SignalTree{SIGTERM},
      SignalTree{-1},
      SignalLeader{SIGUSR1},
      SignalGroup{SIGWINCH},
      HoldTerminal{},
      HoldTerminal{kEveryByte, 4242, true},
      HoldScreen{},
      HoldScreen{kEveryByte},
      StopGroup{SIGTERM, 4242},
      StopLeader{SIGKILL},
      KillTree{},
      NameSurvivors{},
      NameSurvivors{{1, 2}, {std::numeric_limits<std::uint64_t>::max(), 3}},
      LetGo{},
      ReleaseRecord{},
  };
  return list;
}

inline const std::vector<Report>& reports() {
  static const std::vector<Report> list{
      CommandStarted{4242},
      CommandStarted{std::numeric_limits<std::int32_t>::max()},
      CommandStarted{7, "/sys/fs/cgroup/a", ""},
      CommandStarted{7, "", kEveryByte},
      CommandStarted{.pid = 7, .means = {.memory = model::LimitMeans::cgroup, .tasks = 4096}},
      StartFailed{},
      StartFailed{"exec", 2, kEveryByte},
      LeaderStopped{SIGTSTP},
      LeaderContinued{},
      LeaderExited{0},
      LeaderExited{std::numeric_limits<std::int32_t>::min(), ~std::uint64_t{0}},
      LimitPassed{},
      LimitPassed{{model::Resource::processes, 65, 64, model::LimitMeans::cgroup, {4242, kEveryByte, 63}}},
      CancelAsked{SIGTERM, 4242},
      Survivors{},
      Survivors{{{7, "sleep 99"}, {8, ""}, {-1, kEveryByte}}, 3},
      Survivors{std::vector<model::Survivor>(kMostNames, {{1, std::string(200, 'x')}, {true, true, false}}),
                std::numeric_limits<std::uint32_t>::max(), 3s},
      GroupGone{},
      TreeLetGo{{.user = 3s, .processes = 7}},
      KillProgressed{},
      TreeEmpty{},
      TreeEmpty{{.user = 3s,
                 .system = model::Duration::max(),
                 .max_rss_bytes = ~std::uint64_t{0},
                 .peak_bytes = 1,
                 .processes = 7,
                 .major_faults = 2,
                 .voluntary_switches = 3,
                 .involuntary_switches = 4,
                 .read_bytes = 5,
                 .written_bytes = 6,
                 .accuracy = model::Accuracy::exact},
                true},
  };
  return list;
}

template <class Message>
std::string encode_all(const std::vector<Message>& messages) {
  std::string bytes;
  for (const Message& each : messages) bytes += encode(each);
  return bytes;
}

template <class Message>
std::vector<Message> take_all(Decoder<Message>& decoder) {
  std::vector<Message> messages;
  while (auto message = decoder.next()) messages.push_back(std::move(*message));
  return messages;
}

}  // namespace oversee::guard
