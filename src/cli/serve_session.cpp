// Executes requests.
#include "cli/serve_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <span>
#include <utility>

#include "cli/json_settings.hpp"
#include "model/failure.hpp"

namespace oversee::cli {

ServeSession::ServeSession(uv::Loop& loop, const os::SignalState& caller, ServeAnswers& answers,
                           std::size_t max_concurrent)
    : loop_(loop),
      caller_(caller),
      answers_(answers),
      max_concurrent_(max_concurrent),
      buffer_(std::make_unique_for_overwrite<char[]>(kBuffer)) {}

void ServeSession::take(std::optional<std::string_view> line) {
  ++lines_;
  if (!line) {
    return answers_.refuse({}, lines_, fmt::format("the line has more than {} bytes; it was skipped", kLongestRequest));
  }
  if (line->find_first_not_of(" \t\r") == std::string_view::npos) return;
  auto request = read_request(*line);
  if (!request) return answers_.refuse(request.error().id, lines_, request.error().sentence);
  if (const std::string& id = id_of(*request); find(id) != nullptr) {
    return answers_.refuse(id, lines_, "'id': it is that of a run that has not ended; each needs its own");
  }
  if (auto* run = std::get_if<RunRequest>(&*request)) return act(std::move(*run), line->size());
  if (const auto* cancel = std::get_if<CancelRequest>(&*request)) return act(*cancel);
  if (const auto* status = std::get_if<StatusRequest>(&*request)) return act(*status);
  act(std::get<ListRequest>(*request));
}

void ServeSession::act(RunRequest request, std::size_t size) {
  const std::string id = request.id;
  auto run = std::make_unique<Run>();
  run->answered = {.id = id, .line = lines_, .output = request.output};
  run->number = ++begun_;
  run->size = size;
  run->request = std::move(request);
  waiting_bytes_ += size;
  waiting_.push_back(run.get());
  answers_.accept(run->answered);
  runs_.emplace(id, std::move(run));
  start_more();
}

void ServeSession::act(const CancelRequest& request) {
  if (refuse_unknown(request.id, request.run)) return;
  Run& run = *find(request.run);
  run.answered.cancelled = true;
  answers_.cancel(request, run.answered);
  if (run.served) {
    run.served->signal(SIGTERM);
  } else {
    drop_waiting(run);
  }
}

void ServeSession::act(const StatusRequest& request) {
  if (!request.run) return answers_.status(request.id, in_order());
  if (refuse_unknown(request.id, *request.run)) return;
  answers_.status(request.id, {&find(*request.run)->answered});
}

void ServeSession::act(const ListRequest& request) {
  answers_.list(request.id, in_order(), {.max_concurrent = max_concurrent_, .ended = ended_});
}

ServeSession::Run* ServeSession::find(const std::string& id) {
  const auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : found->second.get();
}

bool ServeSession::refuse_unknown(const std::string& id, const std::string& run) {
  if (find(run) != nullptr) return false;
  answers_.refuse(id, lines_, fmt::format("'run': none of that id waits or lives: {}", quoted_word(run)));
  return true;
}

std::vector<const AnsweredRun*> ServeSession::in_order() const {
  std::vector<const Run*> runs;
  runs.reserve(runs_.size());
  for (const auto& [id, run] : runs_) runs.push_back(run.get());
  std::ranges::sort(runs, {}, &Run::number);
  std::vector<const AnsweredRun*> answered;
  answered.reserve(runs.size());
  for (const Run* run : runs) answered.push_back(&run->answered);
  return answered;
}

void ServeSession::start_more() {
  while (running_ < max_concurrent_ && !waiting_.empty()) {
    Run& run = *waiting_.front();
    const auto started = start(run);
    // Out of descriptors or processes: retry when a run has ended.
    if (!started && running_ > 0) return;
    waiting_.pop_front();
    waiting_bytes_ -= run.size;
    if (started) {
      ++running_;
    } else {
      ++ended_;
      answers_.refuse(run.answered.id, run.answered.line, describe(started.error()));
      runs_.erase(run.answered.id);
    }
  }
}

model::Result<void> ServeSession::start(Run& run) {
  run.served = std::make_unique<ServedRun>(
      loop_, std::span<char>(buffer_.get(), kBuffer),
      ServedRun::Callbacks{.on_event = [this, &run](std::string_view line) { answers_.event(run.answered, line); },
                           .on_end = [this, &run](const ServedEnd& end) { this->end(run, end); }});
  if (auto started = run.served->start(run.request, caller_); !started) {
    run.served.reset();
    return started;
  }
  run.request = {};
  run.answered.running = true;
  run.answered.pid = run.served->pid();
  return {};
}

void ServeSession::end(Run& run, const ServedEnd& end) {
  answers_.end(run.answered, end);
  ++ended_;
  --running_;
  const auto found = runs_.find(run.answered.id);
  over_ = std::move(found->second);
  runs_.erase(found);
  start_more();
  on_change();
}

void ServeSession::drop_waiting(Run& run) {
  answers_.end_before_start(run.answered);
  ++ended_;
  waiting_bytes_ -= run.size;
  std::erase(waiting_, &run);
  runs_.erase(run.answered.id);
}

void ServeSession::cancel_all(model::Signal signal, bool send) {
  while (!waiting_.empty()) {
    waiting_.front()->answered.cancelled = true;
    drop_waiting(*waiting_.front());
  }
  for (const auto& [id, run] : runs_) {
    run->answered.cancelled = true;
    if (send) run->served->signal(signal);
  }
  on_change();
}

}  // namespace oversee::cli
