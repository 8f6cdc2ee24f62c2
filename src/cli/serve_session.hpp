// The runs of oversee serve, pending and running, and the handling of requests.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/serve_answers.hpp"
#include "cli/serve_request.hpp"
#include "cli/served_run.hpp"
#include "model/signal_name.hpp"
#include "os/signals.hpp"
#include "uv/loop.hpp"

namespace oversee::cli {

class ServeSession {
 public:
  // At most `max_concurrent` runs run at once; the others wait in order of arrival.
  ServeSession(uv::Loop& loop, const os::SignalState& caller, ServeAnswers& answers, std::size_t max_concurrent);

  // One input line without its newline; none if it was too long.
  void take(std::optional<std::string_view> line);

  // Cancels all runs: pending ones immediately, running ones by the signal. With `send` false they have already
  // received the signal.
  void cancel_all(model::Signal signal, bool send = true);

  bool empty() const { return runs_.empty(); }
  // Whether so many bytes of requests are pending that input should be paused.
  bool full() const { return waiting_bytes_ > kMostWaiting; }

  std::function<void()> on_change;  // a run has started or ended

 private:
  struct Run {
    AnsweredRun answered;
    std::uint64_t number = 0;  // in order of requests
    std::size_t size = 0;      // of its request in bytes
    RunRequest request = {};
    std::unique_ptr<ServedRun> served = {};
  };

  static constexpr std::size_t kMostWaiting = 64 * 1024 * 1024;  // bytes of requests
  static constexpr std::size_t kBuffer = 64 * 1024;

  void act(RunRequest request, std::size_t size);
  void act(const CancelRequest& request);
  void act(const StatusRequest& request);
  void act(const ListRequest& request);

  Run* find(const std::string& id);
  bool refuse_unknown(const std::string& id, const std::string& run);
  std::vector<const AnsweredRun*> in_order() const;

  void start_more();
  model::Result<void> start(Run& run);
  void end(Run& run, const ServedEnd& end);
  void drop_waiting(Run& run);

  uv::Loop& loop_;
  const os::SignalState caller_;
  ServeAnswers& answers_;
  const std::size_t max_concurrent_;
  std::unique_ptr<char[]> buffer_;
  std::map<std::string, std::unique_ptr<Run>> runs_;  // keyed by the request's id
  std::deque<Run*> waiting_;
  std::unique_ptr<Run> over_;  // kept alive because its callback may be running
  std::uint64_t lines_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  std::size_t running_ = 0;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace oversee::cli
