// Words for leaked processes.
#include "model/leaks.hpp"

#include <fmt/format.h>

namespace oversee::model {

std::string_view to_string(OnLeak what) {
  switch (what) {
    case OnLeak::kill: return "kill";
    case OnLeak::report: return "report";
    case OnLeak::fail: return "fail";
    case OnLeak::ignore: return "ignore";
  }
  return "";
}

std::string describe(const Survivor& survivor) {
  std::string text = fmt::format("pid {}  {}", survivor.pid, survivor.command);
  const HeldStreams& holds = survivor.holds;
  if (!holds.known) return text;
  if (holds.out && holds.err) return text + "  holds stdout and stderr";
  return text + (holds.out ? "  holds stdout" : holds.err ? "  holds stderr" : "  holds neither stream");
}

}  // namespace oversee::model
