// Slots of a group as locks on a file in the run directory: no daemon and no cleanup, because the kernel releases the
// locks of a dead process (os/range_lock.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/run_directory.hpp"
#include "model/slot_queue.hpp"
#include "os/descriptor.hpp"
#include "os/file_watch.hpp"

namespace oversee::history {

// The name of a group's file: keeps letters, digits, - and _, and writes other bytes as %XX.
std::string slots_file_name(std::string_view group);

class FileSlots final : public model::SlotQueue {
 public:
  // Opens or creates the group's file, and checks that locks work on it.
  static model::Result<std::unique_ptr<FileSlots>> open(const RunDirectory& directory, model::SlotRequest request);

  // Names this run for processes that ask for the holders.
  void name_run(std::string run_id) { run_id_ = std::move(run_id); }

  model::Result<Turn> look() override;
  model::SlotStanding standing() override;
  std::string shared_with() const override { return shared_with_; }
  std::function<void()> wait_for_next() override;
  int news() override;
  void forget_news() override;
  int held() const override { return slot_ ? file_->get() : -1; }
  void leave() override;

 private:
  struct Holder {
    std::string run_id;
    int pid = 0;
    std::int64_t born_ms = 0;
  };

  FileSlots(os::UniqueFd file, std::string path, model::SlotRequest request);

  Turn look_inside();
  model::Result<Turn> failed(int error) const;
  bool take(std::vector<std::int64_t> taken);
  bool queue_up();
  std::optional<Holder> read_holder(std::int64_t slot) const;
  std::string ancestor_among(const std::vector<std::int64_t>& taken) const;

  // Shared with the thread that waits for the run ahead.
  std::shared_ptr<os::UniqueFd> file_;
  std::string path_;
  model::SlotRequest request_;
  std::string run_id_;
  bool looked_ = false;
  std::optional<std::int64_t> ticket_;
  std::optional<std::int64_t> slot_;
  std::string shared_with_;
  int error_ = 0;  // errno of a lock that should have succeeded
  std::optional<os::FileWatch> watch_;
};

}  // namespace oversee::history
