// A hook: a shell command of the user, run under its own guard, so that none of its processes outlives its time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/clock.hpp"
#include "model/evidence.hpp"
#include "run/guard_link.hpp"
#include "uv/loop.hpp"
#include "uv/pipe_reader.hpp"

namespace oversee::run {

// Standard input is /dev/null; stdout and stderr are one pipe, which is read here. The hook has its own process group,
// apart from the command's. Its exit status is only reported.
class UserLine {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> on_bytes;  // its output, up to a bound; valid only during the call
    std::function<void()> on_end;                    // called once; result() is final
    std::function<void()> on_guard_gone;             // called once if a guard was started: it has been reaped
  };

  UserLine(uv::Loop& loop, Callbacks callbacks);

  void start(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
             const std::string& directory, const std::string& run_id);

  // Its time is over: kills all its processes and ignores further output. The hook has ended then.
  void kill();

  const model::UserLineResult& result() const { return result_; }
  bool guard_gone() const { return !link_.running(); }
  // The guard was killed: this process inherits its tree.
  bool guard_lost() const { return guard_lost_; }

 private:
  model::Result<void> open(const std::string& run_id);
  void reported(const guard::Report& report);
  void hung_up();
  void read(std::string_view bytes);
  void finish_if_over();
  void finish();

  uv::Loop& loop_;
  Callbacks callbacks_;
  GuardLink link_;
  std::unique_ptr<char[]> buffer_;
  std::optional<uv::PipeReader> reader_;
  model::Instant started_{};
  model::UserLineResult result_;
  bool output_ended_ = false;
  bool tree_ended_ = false;
  bool ended_ = false;
  bool guard_lost_ = false;
};

}  // namespace oversee::run
