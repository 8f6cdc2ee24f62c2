// Slots of a group as locks in a file of the run directory: no daemon, nothing to clean up, and whoever dies has given
// them up, as the locks are the kernel's (os/range_lock.hpp).
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

// The name of a group's file: letters, digits, - and _ as they are, every other byte as %XX.
std::string slots_file_name(std::string_view group);

class FileSlots final : public model::SlotQueue {
 public:
  // Makes the group's file where there is none, and checks that locks work there.
  static model::Result<std::unique_ptr<FileSlots>> open(const RunDirectory& directory, model::SlotRequest request);

  // For those who ask who holds a slot.
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

  // Shared with the thread that waits for the one before us.
  std::shared_ptr<os::UniqueFd> file_;
  std::string path_;
  model::SlotRequest request_;
  std::string run_id_;
  bool looked_ = false;
  std::optional<std::int64_t> ticket_;
  std::optional<std::int64_t> slot_;
  std::string shared_with_;
  int error_ = 0;  // of a lock that should have been ours
  std::optional<os::FileWatch> watch_;
};

}  // namespace oversee::history
