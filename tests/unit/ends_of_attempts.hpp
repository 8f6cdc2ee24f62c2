// Every kind of an attempt's end, with the retry causes that it matches.
#pragma once

#include <csignal>
#include <string_view>
#include <vector>

#include "model/outcome.hpp"

namespace oversee::model {

struct End {
  std::string_view what;
  AttemptResult result;
  // The causes that match it, each by itself.
  std::vector<std::string_view> causes;
};

inline AttemptResult ended(Status status, Reason reason) {
  AttemptResult result;
  result.status = status;
  result.reason = reason;
  return result;
}

inline AttemptResult exited(int code) {
  AttemptResult result = ended(code == 0 ? Status::completed : Status::failed, Reason::exit);
  result.exit_code = code;
  return result;
}

inline AttemptResult died(Signal signal) {
  AttemptResult result = ended(Status::failed, Reason::signal);
  result.signal = signal;
  return result;
}

inline const std::vector<std::string_view> kCauses{"failure", "exit", "exit:1,75-78", "signal", "signal:SEGV,BUS",
                                                   "timeout", "idle", "limit",        "spawn",  "output:reset"};

// In every case the output matches `reset`.
inline const std::vector<End>& ends() {
  static const std::vector<End> kEnds{
      {"success", exited(0), {}},
      {"exit 1", exited(1), {"failure", "exit", "exit:1,75-78", "output:reset"}},
      {"exit 76", exited(76), {"failure", "exit", "exit:1,75-78", "output:reset"}},
      {"exit 2", exited(2), {"failure", "exit", "output:reset"}},
      {"SEGV", died(SIGSEGV), {"failure", "signal", "signal:SEGV,BUS", "output:reset"}},
      {"BUS", died(SIGBUS), {"failure", "signal", "signal:SEGV,BUS", "output:reset"}},
      {"KILL", died(SIGKILL), {"failure", "signal", "output:reset"}},
      {"timeout", ended(Status::timed_out, Reason::timeout), {"failure", "timeout", "output:reset"}},
      {"idle", ended(Status::timed_out, Reason::idle_timeout), {"failure", "idle", "output:reset"}},
      {"total", ended(Status::timed_out, Reason::total_timeout), {}},
      {"output", ended(Status::failed, Reason::output_limit), {"failure", "limit", "output:reset"}},
      {"memory", ended(Status::failed, Reason::memory_limit), {"failure", "limit", "output:reset"}},
      {"cpu", ended(Status::failed, Reason::cpu_limit), {"failure", "limit", "output:reset"}},
      {"processes", ended(Status::failed, Reason::process_limit), {"failure", "limit", "output:reset"}},
      {"file size", ended(Status::failed, Reason::file_size_limit), {"failure", "limit", "output:reset"}},
      {"kernel's", ended(Status::failed, Reason::out_of_memory), {"failure", "limit", "output:reset"}},
      {"leaked", ended(Status::failed, Reason::leaked), {"failure", "output:reset"}},
      {"unread", ended(Status::failed, Reason::io), {"failure", "output:reset"}},
      {"no command", ended(Status::failed, Reason::not_found), {"spawn"}},
      {"no program", ended(Status::failed, Reason::not_executable), {"spawn"}},
      {"not started", ended(Status::failed, Reason::spawn), {"spawn"}},
      {"our output", ended(Status::failed, Reason::output_error), {}},
      {"our guard", ended(Status::failed, Reason::supervisor_lost), {}},
      {"cancelled", ended(Status::cancelled, Reason::signal), {}},
  };
  return kEnds;
}

}  // namespace oversee::model
