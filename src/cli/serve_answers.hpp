// The answers of oversee serve, one per line: replies, events and results. If the reader is slow, output events are
// dropped and counted; everything else is queued.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/serve_request.hpp"
#include "cli/served_run.hpp"
#include "model/byte_sink.hpp"
#include "report/event_lines.hpp"

namespace oversee::cli {

// The answer state of a run that has been accepted and has not ended.
struct AnsweredRun {
  std::string id;
  std::uint64_t line = 0;  // the request's line number
  bool output = true;
  bool cancelled = false;
  bool running = false;     // else it is pending
  int pid = 0;              // of its oversee
  std::string run_id = {};  // empty until its oversee has reported it
  int attempt = 0;
  report::Dropped dropped = {};  // by us, in addition to its oversee's own drops
  report::Dropped gap = {};      // the part not yet reported in a line
};

struct ServeCounts {
  std::size_t max_concurrent = 0;
  std::uint64_t ended = 0;
};

class ServeAnswers {
 public:
  // The caller owns the sink and must forward its on_ready to made_room().
  explicit ServeAnswers(model::ByteSink& sink) : sink_(sink) {}

  // Whether the queue is so long that input should be paused.
  bool full() const { return full_; }
  void made_room() { full_ = false; }

  void refuse(std::string_view id, std::uint64_t line, std::string_view sentence);
  void accept(const AnsweredRun& run);
  void cancel(const CancelRequest& request, const AnsweredRun& run);
  void status(const std::string& id, const std::vector<const AnsweredRun*>& runs);
  void list(const std::string& id, const std::vector<const AnsweredRun*>& runs, const ServeCounts& counts);

  // Passes on an event line of the run's oversee, without its newline.
  void event(AnsweredRun& run, std::string_view line);

  // Reports the end. If its oversee refused the run, answers the request with an error.
  void end(const AnsweredRun& run, const ServedEnd& end);
  // Reports the end of a run that was cancelled while pending.
  void end_before_start(const AnsweredRun& run);

 private:
  void write(report::JsonText line);
  void write_with_gap(AnsweredRun& run, std::string_view line);
  void lost(const AnsweredRun& run, const ServedEnd& end);

  model::ByteSink& sink_;
  bool full_ = false;
};

}  // namespace oversee::cli
