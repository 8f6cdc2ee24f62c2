// Takes the snapshot and runs the hook.
#include "run/stop_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/secrets.hpp"
#include "os/clock.hpp"
#include "os/process_tree.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;

// The times before a deadline at which the processor times and the tree are sampled; both are repeated if the deadline
// has moved by more than kMoved.
constexpr auto kTimesAhead = 200ms;
constexpr auto kTreeAhead = 50ms;
constexpr auto kMoved = 20ms;

// The bound on a snapshot; it is used as far as it got.
constexpr auto kLongestLook = 300ms;

// The maximum number of pids in OVERSEE_PIDS: an environment string may have 128 KiB (execve(2)).
constexpr std::size_t kMostPids = 10'000;

void mask(model::Evidence& evidence, const match::Masks& masks) {
  for (model::ProcessEvidence& process : evidence.processes) {
    process.name = masks.masked(process.name);
    process.command = masks.masked(process.command);
    if (process.file) process.file->target = masks.masked(process.file->target);
    for (model::OpenFile& file : process.first_files) file.target = masks.masked(file.target);
  }
}

}  // namespace

StopEvidence::StopEvidence(uv::Loop& loop, const model::RunSpec& spec, std::string run_id, const match::Masks* masks,
                           Callbacks callbacks)
    : loop_(loop), spec_(spec), run_id_(std::move(run_id)), masks_(masks), callbacks_(std::move(callbacks)) {}

void StopEvidence::watch(pid_t root, pid_t leader, bool shown, std::vector<std::string> environment) {
  root_ = root;
  leader_ = leader;
  shown_ = shown;
  environment_ = std::move(environment);
}

void StopEvidence::reconsider() {
  if (!shown_) return;
  const auto stop = callbacks_.next_stop();
  if (stop == expected_) return;
  expected_ = stop;
  if (stop && !timer_) timer_ = std::make_unique<uv::Timer>(loop_, [this] { look_ahead(); });
  if (timer_) timer_->set(stop ? std::optional(*stop - kTimesAhead) : std::nullopt);
  if (!asked_) snapshot_.reset();
}

// Returns whether the stop is still further away than `ahead`: output moves an idle deadline.
bool StopEvidence::comes_later(model::Duration ahead) {
  reconsider();
  if (!expected_) return true;
  if (*expected_ - os::read_clock().instant <= ahead + kMoved) return false;
  timer_->set(*expected_ - ahead);
  return true;
}

void StopEvidence::look_ahead() {
  if (asked_ || comes_later(kTimesAhead)) return;
  if (!task_) task_.emplace(loop_);
  if (*expected_ - os::read_clock().instant <= kTreeAhead + kMoved) {
    look(*expected_ + kLongestLook);
    return;
  }
  timer_->set(*expected_ - kTreeAhead);
  const auto times = std::make_shared<os::CpuLook>();
  task_->start([times, root = root_] { *times = os::look_at_cpu(root); },
               [this, times] { before_ = std::move(*times); });
}

void StopEvidence::look(model::Instant until) {
  snapshot_ = std::make_shared<os::Snapshot>();
  looked_ = false;
  const bool begun = task_->start([snapshot = snapshot_, root = root_, leader = leader_, before = before_,
                                   until] { *snapshot = os::take_snapshot(root, leader, before, until); },
                                  [this, snapshot = snapshot_] {
                                    if (snapshot == snapshot_) looked();  // else the deadline has moved since
                                  });
  if (!begun) snapshot_.reset();
}

void StopEvidence::looked() {
  looked_ = true;
  if (!asked_ || !callbacks_.wanted()) return;
  evidence_ = std::move(snapshot_->evidence);
  evidence_->silent = *asked_;
  if (masks_ != nullptr) mask(*evidence_, *masks_);
  tree_ = std::move(snapshot_->tree);
  callbacks_.publish(model::EvidenceTaken{&*evidence_});
  callbacks_.on_gathered();
}

void StopEvidence::gather(model::Duration silent) {
  if (!shown_) return callbacks_.on_gathered();
  if (timer_) timer_->set({});
  if (!task_) task_.emplace(loop_);
  asked_ = silent;
  if (!snapshot_) look(os::read_clock().instant + kLongestLook);
  if (!snapshot_) return callbacks_.on_gathered();
  if (looked_) looked();
}

void StopEvidence::run_line(model::Reason reason) {
  std::string pids;
  if (tree_.empty()) tree_.push_back(leader_);
  tree_.resize(std::min(tree_.size(), kMostPids));
  for (const pid_t pid : tree_) pids += fmt::format("{}{}", pids.empty() ? "" : " ", pid);
  environment_.push_back(fmt::format("OVERSEE_PID={}", leader_));
  environment_.push_back("OVERSEE_PIDS=" + pids);
  environment_.push_back(fmt::format("OVERSEE_REASON={}", to_string(reason)));
  line_ = std::make_unique<UserLine>(
      loop_, UserLine::Callbacks{[this](std::string_view bytes) {
                                   callbacks_.publish(model::UserLineOutput{model::UserLineKind::on_timeout, bytes});
                                 },
                                 [this] { line_ended(); }, [this] { lines_guard_gone(); }});
  std::string shown = model::masked_line(spec_.on_timeout);
  if (masks_ != nullptr) shown = masks_->masked(shown);
  callbacks_.publish(model::UserLineStarted{model::UserLineKind::on_timeout, shown});
  line_->start({spec_.shell, "-c", spec_.on_timeout}, environment_, spec_.directory, run_id_);
}

void StopEvidence::lines_guard_gone() {
  if (line_ && line_->guard_lost()) {
    orphans_ = std::make_unique<OrphanKiller>(
        loop_, std::nullopt,
        OrphanKiller::Callbacks{.on_empty = callbacks_.on_guard_gone, .on_given_up = callbacks_.on_guard_gone});
  }
  callbacks_.on_guard_gone();
}

void StopEvidence::kill_line() {
  killing_ = true;
  if (line_) line_->kill();
}

void StopEvidence::line_ended() {
  line_result_ = line_->result();
  callbacks_.publish(model::UserLineEnded{model::UserLineKind::on_timeout, &*line_result_});
  if (!killing_) callbacks_.on_line_ended();
}

}  // namespace oversee::run
