// The locked bytes of the file hold the whole state. Byte 0 is a mutex, held for microseconds while a process looks and
// takes. Bytes from kFirstSlot on are slots; bytes from kFirstTicket on are places in the queue, later ones higher. The
// file's text has a line of 64 bytes per slot about its last holder, for people and for ancestor_among().
#include "history/file_slots.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <sstream>
#include <thread>
#include <utility>

#include "os/host.hpp"
#include "os/process_stat.hpp"
#include "os/range_lock.hpp"

namespace oversee::history {
namespace {

constexpr std::int64_t kDoor = 0;
constexpr std::int64_t kFirstSlot = std::int64_t{1} << 32;
constexpr std::int64_t kFirstTicket = std::int64_t{1} << 40;
constexpr std::int64_t kEnd = std::int64_t{1} << 62;

constexpr std::size_t kLine = 64;

// The mutex is held for microseconds, unless its holder is suspended: that must not block others.
constexpr int kKnocks = 20;
constexpr auto kBetweenKnocks = std::chrono::microseconds(250);

constexpr std::size_t kNamedHolders = 4;

// The depth of the search for an ancestor.
constexpr int kDeepestSlotDirectory = 256;

// All bytes in the range that other processes have locked, in no order; stops after `most`.
std::vector<std::int64_t> locked_bytes(int fd, std::int64_t first, std::int64_t end, std::size_t most = SIZE_MAX) {
  std::vector<std::int64_t> found;
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges{{first, end}};
  while (!ranges.empty() && found.size() < most) {
    const auto [from, to] = ranges.back();
    ranges.pop_back();
    const auto byte = os::locked_byte(fd, from, to);
    if (!byte) continue;
    found.push_back(*byte);
    ranges.emplace_back(from, *byte);
    ranges.emplace_back(*byte + 1, to);
  }
  return found;
}

// The kernel reports any locked byte, most often the oldest.
std::optional<std::int64_t> highest_locked(int fd, std::int64_t first, std::int64_t end) {
  std::optional<std::int64_t> highest;
  while (const auto byte = os::locked_byte(fd, first, end)) {
    highest = byte;
    first = *byte + 1;
  }
  return highest;
}

class Door {
 public:
  explicit Door(int fd) : fd_(fd) {
    for (int i = 0; i < kKnocks && !open_; ++i) {
      if (i > 0) std::this_thread::sleep_for(kBetweenKnocks);
      open_ = os::lock_byte(fd, kDoor);
      if (!open_ && errno != EAGAIN && errno != EACCES) break;
    }
    error_ = open_ ? 0 : errno;
  }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  ~Door() {
    if (open_) os::unlock_byte(fd_, kDoor);
  }

  explicit operator bool() const { return open_; }
  // 0: another process holds the mutex.
  int error() const { return error_ == EAGAIN || error_ == EACCES ? 0 : error_; }

 private:
  int fd_;
  bool open_ = false;
  int error_ = 0;
};

}  // namespace

std::string slots_file_name(std::string_view group) {
  std::string name = "slots-";
  for (const char c : group) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return name;
}

FileSlots::FileSlots(os::UniqueFd file, std::string path, model::SlotRequest request)
    : file_(std::make_shared<os::UniqueFd>(std::move(file))), path_(std::move(path)), request_(std::move(request)) {}

model::Result<std::unique_ptr<FileSlots>> FileSlots::open(const RunDirectory& directory, model::SlotRequest request) {
  const std::string name = slots_file_name(request.group);
  auto file = directory.open_shared(name);
  if (!file) return std::unexpected(file.error());
  const Door door(file->get());
  if (door.error() != 0) {
    return std::unexpected(model::Failure{"lock the file of slots", door.error(), directory.path_of(name),
                                          "set TMPDIR to a directory where locks work"});
  }
  return std::unique_ptr<FileSlots>(new FileSlots(std::move(*file), directory.path_of(name), std::move(request)));
}

model::Result<model::SlotQueue::Turn> FileSlots::look() {
  if (slot_ || !shared_with_.empty()) return Turn::taken;
  // Needs no mutex: the number of runs before this one only decreases.
  if (ticket_ && os::locked_byte(file_->get(), kFirstTicket, *ticket_)) return Turn::behind;
  const Door door(file_->get());
  if (!door && door.error() == 0) return Turn::busy;
  error_ = door.error();
  const Turn turn = door ? look_inside() : Turn::busy;
  if (error_ == 0) return turn;
  return std::unexpected(model::Failure{"lock the file of slots", error_, path_, {}});
}

model::SlotQueue::Turn FileSlots::look_inside() {
  const int fd = file_->get();
  // The first look lists all slots: an ancestor may hold one of them.
  const bool first_look = !std::exchange(looked_, true);
  const auto taken = locked_bytes(fd, kFirstSlot, kFirstTicket, first_look ? SIZE_MAX : request_.most);
  if (first_look) {
    shared_with_ = ancestor_among(taken);
    if (!shared_with_.empty()) return Turn::taken;
  }
  const bool free = taken.size() < request_.most;
  const bool first = !os::locked_byte(fd, kFirstTicket, ticket_.value_or(kEnd));
  if (free && first) return take(taken) ? Turn::taken : Turn::busy;
  if (request_.when_full == model::WhenFull::fail) {
    // The waiting runs take the next slots: checks whether any remains for this one.
    const std::size_t before = locked_bytes(fd, kFirstTicket, kEnd, request_.most).size();
    if (taken.size() + before >= request_.most) return Turn::full;
    return take(taken) ? Turn::taken : Turn::busy;
  }
  if (!ticket_ && !queue_up()) return Turn::busy;
  return first ? Turn::first : Turn::behind;
}

bool FileSlots::take(std::vector<std::int64_t> taken) {
  const int fd = file_->get();
  std::ranges::sort(taken);
  std::int64_t slot = kFirstSlot;
  for (const std::int64_t each : taken) {
    if (each == slot) ++slot;
  }
  if (!os::lock_byte(fd, slot)) {
    error_ = errno;
    return false;
  }
  slot_ = slot;
  std::string line = fmt::format("{} {}", run_id_, os::process_id());
  if (const auto own = os::process_stat(os::process_id()))
    line += fmt::format(" {}", model::whole_milliseconds(own->born));
  line.resize(kLine - 1, ' ');
  line += '\n';
  (void)!::pwrite(fd, line.data(), line.size(), (slot - kFirstSlot) * static_cast<std::int64_t>(kLine));
  if (ticket_) os::unlock_byte(fd, *std::exchange(ticket_, std::nullopt));
  return true;
}

bool FileSlots::queue_up() {
  const std::int64_t ticket = highest_locked(file_->get(), kFirstTicket, kEnd).value_or(kFirstTicket) + 1;
  if (!os::lock_byte(file_->get(), ticket)) {
    error_ = errno;
    return false;
  }
  ticket_ = ticket;
  return true;
}

std::optional<FileSlots::Holder> FileSlots::read_holder(std::int64_t slot) const {
  char line[kLine];
  const ssize_t size = ::pread(file_->get(), line, sizeof line, (slot - kFirstSlot) * static_cast<std::int64_t>(kLine));
  if (size != sizeof line) return {};
  std::istringstream words(std::string(line, sizeof line));
  Holder holder;
  words >> holder.run_id >> holder.pid >> holder.born_ms;
  if (words.fail() || holder.pid <= 0) return {};
  return holder;
}

// The run that this process is part of, as its command or a descendant; its slot is shared.
std::string FileSlots::ancestor_among(const std::vector<std::int64_t>& taken) const {
  std::vector<Holder> holders;
  for (const std::int64_t slot : taken) {
    if (auto holder = read_holder(slot)) holders.push_back(std::move(*holder));
  }
  pid_t pid = os::process_id();
  for (int depth = 0; depth < kDeepestSlotDirectory && !holders.empty() && pid > 0; ++depth) {
    const auto process = os::process_stat(pid);
    if (!process) break;
    const auto same = std::ranges::find_if(holders, [&](const Holder& each) {
      return each.pid == pid && each.born_ms == model::whole_milliseconds(process->born);
    });
    if (depth > 0 && same != holders.end()) return same->run_id;
    pid = process->parent;
  }
  return {};
}

model::SlotStanding FileSlots::standing() {
  const int fd = file_->get();
  const auto taken = locked_bytes(fd, kFirstSlot, kFirstTicket);
  model::SlotStanding standing{
      .group = request_.group, .most = request_.most, .running = taken.size(), .before = 0, .holders = {}};
  standing.before = locked_bytes(fd, kFirstTicket, ticket_.value_or(kEnd)).size();
  for (const std::int64_t slot : taken) {
    if (standing.holders.size() == kNamedHolders) break;
    if (auto holder = read_holder(slot)) standing.holders.push_back(std::move(holder->run_id));
  }
  std::ranges::sort(standing.holders);
  return standing;
}

std::function<void()> FileSlots::wait_for_next() {
  const auto next = highest_locked(file_->get(), kFirstTicket, ticket_.value_or(kFirstTicket));
  return [file = file_, next] {
    if (!next || os::wait_for_byte(file->get(), *next)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the lock cannot be awaited: poll it instead
  };
}

int FileSlots::news() {
  if (!watch_) watch_.emplace(file_->get());
  return watch_->fd();
}

void FileSlots::forget_news() {
  if (watch_) watch_->drain();
}

// Touches the file after unlocking, so that a notified process finds the slot free.
void FileSlots::leave() {
  if (ticket_) os::unlock_byte(file_->get(), *std::exchange(ticket_, std::nullopt));
  if (!slot_) return;
  os::unlock_byte(file_->get(), *std::exchange(slot_, std::nullopt));
  os::touch(file_->get());
}

}  // namespace oversee::history
