// A line of the user's: a shell's, under a guard of its own, so that nothing of it outlives its time.
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

// Standard input is /dev/null, both outputs are one pipe that is read here. It is in no process group of the command's,
// and its end is looked at for the report's sake only.
class UserLine {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> on_bytes;  // of its output, up to a bound; dead when the call returns
    std::function<void()> on_end;                    // once; result() is final
    std::function<void()> on_guard_gone;             // once where a guard was started: it has been reaped
  };

  UserLine(uv::Loop& loop, Callbacks callbacks);

  void start(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
             const std::string& directory, const std::string& run_id);

  // Its time is over: all its processes are killed, and what they still say is not heard. It has ended with that.
  void kill();

  const model::UserLineResult& result() const { return result_; }
  bool guard_gone() const { return !link_.running(); }
  // The guard was killed: what it held comes to us once it is gone.
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
