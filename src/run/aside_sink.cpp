// The ring buffer between the loop and the side process that writes. Each side moves one end by an atomic store: with a
// lock, one side could wait for ever after the other was killed.
#include "run/aside_sink.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <utility>

#include "model/mechanism.hpp"

namespace oversee::run {
namespace {

constexpr std::uint64_t kRing = 1024 * 1024;
constexpr std::uint64_t kHighMark = kRing / 2;
constexpr std::uint64_t kLowMark = kRing / 4;
// How long end() waits for the jobs that were posted last.
constexpr model::Duration kEndPatience = std::chrono::seconds(2);

constexpr std::uint64_t kLargestWrite = 256 * 1024;

os::UniqueFd make_event() { return os::UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

void raise(const os::UniqueFd& event) { (void)::eventfd_write(event.get(), 1); }

// Returns whether the event arrived within the bound.
bool await(const os::UniqueFd& event, const timespec* bound) {
  const bool came = os::SideProcess::await(event.get(), bound);
  eventfd_t count = 0;
  if (came) (void)::eventfd_read(event.get(), &count);
  return came;
}

}  // namespace

struct AsideSink::Shared {
  std::array<char, kRing> ring;
  std::atomic<std::uint64_t> written = 0;   // bytes that the sink has taken; advanced by the process
  std::atomic<std::uint64_t> appended = 0;  // bytes that were handed to it; advanced by the loop
  // The position of the ring's first byte; moved by the loop while the ring is empty, so that little output touches few
  // pages.
  std::atomic<std::uint64_t> base = 0;
  std::atomic<bool> asleep = false;      // the process waits for wake_up
  std::atomic<bool> told = false;        // the loop waits for news that there is room, or an error
  std::atomic<bool> told_empty = false;  // the loop waits for news that everything is written
  std::atomic<bool> quit = false;
  std::atomic<int> error = 0;
  std::atomic<bool> gone = false;            // the process was killed
  std::atomic<std::uint64_t> failed_at = 0;  // what was written before the error
  // Jobs: a second ring; the loop moves posted, the process done.
  std::array<std::function<void()>, 8> jobs;
  std::atomic<std::uint64_t> posted = 0;
  std::atomic<std::uint64_t> done = 0;
  bool jobs_wait() const { return posted != done; }
  os::UniqueFd wake_up = make_event();
  os::UniqueFd news = make_event();
};

AsideSink::AsideSink(uv::Loop& loop, model::ByteSink& sink, std::function<std::vector<int>()> descriptors)
    : loop_(loop), sink_(sink), descriptors_(std::move(descriptors)) {}

std::unique_ptr<AsideSink> AsideSink::over(uv::Loop& loop, model::ByteSink& sink, int fd) {
  if (!model::works(model::Mechanism::write_aside) || !os::can_hang(fd)) return {};
  return std::make_unique<AsideSink>(loop, sink, [fd] { return std::vector{fd}; });
}

AsideSink::~AsideSink() {
  if (!shared_) return;
  on_error = nullptr;
  on_ready = nullptr;
  end();
  news_.reset();
  if (!process_.wait({})) (void)shared_.release();  // it hangs, and may come back to it
}

void AsideSink::end() {
  if (!shared_ || direct_) return;
  refill();
  next_jobs();
  if (!jobs_.empty() || !overflow_.empty()) (void)call([] {}, kEndPatience);
  shared_->quit = true;
  raise(shared_->wake_up);
  stuck_ = !process_.wait(stuck_ ? model::Duration() : kEndPatience);
  notified();                                     // of an error that the last writes and jobs have met
  if (!stuck_ && !shared_->gone) direct_ = true;  // for what comes later
}

bool AsideSink::start() {
  shared_.reset(new Shared);  // not zeroed: unused pages of the ring cost no memory
  if (!shared_->wake_up || !shared_->news) return false;
  sink_.on_error = [shared = shared_.get()](int error) {
    shared->failed_at = shared->written.load();
    shared->error = error;
    raise(shared->news);
  };
  news_.emplace(loop_, shared_->news.get(), [this] { notified(); });
  std::vector<int> listed = descriptors_();
  listed.push_back(shared_->wake_up.get());
  listed.push_back(shared_->news.get());
  // If the process was killed, direct writes could not continue: the process may have reopened the file with a
  // descriptor that only it had.
  const auto on_end = [shared = shared_.get()](bool finished) {
    if (finished) return;
    shared->gone = true;
    if (int none = 0; shared->error.compare_exchange_strong(none, ECHILD)) shared->failed_at = shared->written.load();
    raise(shared->news);
  };
  return process_.start(
      os::SideProcess::Files::listed, std::move(listed), [this] { work(*shared_); }, on_end);
}

bool AsideSink::ready() {
  if (!shared_ && !direct_) direct_ = !start();
  return !direct_;
}

bool AsideSink::write(std::string_view bytes) {
  taken_ += bytes.size();
  if (!ready()) return sink_.write(bytes);
  if (shared_->error != 0) return true;
  refill();
  if (overflow_.empty()) {
    const std::uint64_t end = shared_->appended;
    const std::uint64_t room = kRing - (end - shared_->written);
    const std::uint64_t count = std::min<std::uint64_t>(bytes.size(), room);
    if (room == kRing) shared_->base = end;
    const std::uint64_t at = (end - shared_->base) % kRing;
    const std::uint64_t first = std::min(count, kRing - at);
    std::memcpy(shared_->ring.data() + at, bytes.data(), first);
    std::memcpy(shared_->ring.data(), bytes.data() + first, count - first);
    shared_->appended = end + count;
    bytes.remove_prefix(count);
    wake();
  }
  overflow_ += bytes;
  if (left() >= kHighMark && ask_for_news()) full_ = true;  // until on_ready was called
  return !full_;
}

// Returns whether news will follow: if the process has caught up already, none would.
bool AsideSink::ask_for_news() {
  shared_->told = true;
  return left() > kLowMark;
}

void AsideSink::refill() {
  while (!overflow_.empty() && shared_->error == 0) {
    const std::uint64_t end = shared_->appended;
    const std::uint64_t room = kRing - (end - shared_->written);
    const std::uint64_t at = (end - shared_->base) % kRing;
    const std::uint64_t count = std::min({room, kRing - at, std::uint64_t{overflow_.size()}});
    if (count == 0) return;
    std::memcpy(shared_->ring.data() + at, overflow_.data(), count);
    overflow_.erase(0, count);
    shared_->appended = end + count;
    wake();
  }
}

void AsideSink::wake() {
  if (shared_->asleep.exchange(false)) raise(shared_->wake_up);
}

std::uint64_t AsideSink::left() const {
  if (!shared_ || direct_ || shared_->error != 0) return 0;
  return shared_->appended - shared_->written + overflow_.size();
}

bool AsideSink::stuck() const { return stuck_; }

bool AsideSink::gone() const { return shared_ && shared_->gone; }

std::uint64_t AsideSink::written() const {
  return shared_ && shared_->error != 0 ? shared_->failed_at.load() : taken_ - left();
}

// Runs in the side process.
void AsideSink::work(Shared& shared) noexcept {
  while (true) {
    const std::uint64_t begin = shared.written;
    const std::uint64_t waiting = shared.appended - begin;
    const std::uint64_t at = (begin - shared.base) % kRing;  // after `appended`: a new base is set before it
    const std::uint64_t count = std::min({waiting, kRing - at, kLargestWrite});
    if (count > 0) {
      sink_.write({shared.ring.data() + at, count});
      shared.written = begin + count;
      const std::uint64_t rest = shared.appended - shared.written;
      bool news = rest <= kLowMark && shared.told.exchange(false);
      news |= rest == 0 && shared.told_empty.exchange(false);
      if (news) raise(shared.news);
      continue;
    }
    if (shared.jobs_wait()) {
      shared.jobs.at(shared.done % shared.jobs.size())();
      ++shared.done;
      raise(shared.news);
      continue;
    }
    if (shared.quit || os::SideProcess::orphaned()) return;
    shared.asleep = true;
    const bool nothing = shared.appended == shared.written && !shared.quit && !shared.jobs_wait();
    if (nothing) (void)await(shared.wake_up, nullptr);
    shared.asleep = false;
  }
}

void AsideSink::notified() {
  eventfd_t count = 0;
  (void)::eventfd_read(shared_->news.get(), &count);
  if (const int error = shared_->error; error != 0 && !std::exchange(error_told_, true)) {
    overflow_.clear();
    if (on_error) on_error(error);
  }
  refill();
  next_jobs();
  const bool all_written = idle_wanted_ && idle();
  if (all_written) idle_wanted_ = false;
  if (left() > kLowMark && ask_for_news()) return;
  if ((std::exchange(full_, false) || all_written) && on_ready) on_ready();
}

// Checks again after setting the flag: if the process had finished before, no news would follow.
bool AsideSink::idle() const {
  if (left() == 0) return true;
  idle_wanted_ = true;
  shared_->told_empty = true;
  return left() == 0;
}

// The polling interval, in case a notification of the process was missed.
constexpr timespec kStep{0, 5'000'000};

void AsideSink::post(std::function<void()> job) {
  if (!ready()) return job();
  if (shared_->gone) return;
  jobs_.push_back(std::move(job));
  next_jobs();
}

void AsideSink::next_jobs() {
  const std::uint64_t before = shared_->posted;
  while (!jobs_.empty() && shared_->posted - shared_->done < shared_->jobs.size()) {
    shared_->jobs.at(shared_->posted % shared_->jobs.size()) = std::move(jobs_.front());
    jobs_.pop_front();
    ++shared_->posted;
  }
  if (shared_->posted != before) wake();
}

bool AsideSink::call(std::function<void()> job, model::Duration patience) {
  if (!ready()) return job(), true;
  const auto end = std::chrono::steady_clock::now() + (stuck_ ? model::Duration() : patience);
  if (drain(patience) > 0 || shared_->gone) return false;
  post(std::move(job));
  const auto busy = [&] { return !shared_->gone && (shared_->jobs_wait() || !jobs_.empty()); };
  while (busy() && std::chrono::steady_clock::now() < end) {
    (void)await(shared_->news, &kStep);
    next_jobs();
  }
  const bool done = !busy() && !shared_->gone;
  stuck_ = !done;
  notified();
  return done;
}

std::uint64_t AsideSink::drain(model::Duration patience) {
  auto since = std::chrono::steady_clock::now();
  std::uint64_t before = left();
  while (before > 0) {
    refill();
    shared_->told = true;
    if (left() > 0) (void)await(shared_->news, &kStep);
    const auto now = std::chrono::steady_clock::now();
    const std::uint64_t rest = left();
    if (rest != before) {
      since = now;
      stuck_ = false;
    } else if (stuck_ || now - since >= patience) {
      stuck_ = true;
      break;
    }
    before = rest;
  }
  if (!shared_) return before;
  if (before == 0 && !shared_->jobs_wait()) stuck_ = false;  // the process has made progress since the wait in vain
  notified();
  return before;
}

}  // namespace oversee::run
