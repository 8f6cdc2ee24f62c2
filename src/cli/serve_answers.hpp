// The answers of oversee serve, one a line: replies, events of runs, results. What its reader does not take in time is
// left out and counted where it is output, and kept else.
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

// A run that has been accepted and has not ended, as far as its answers go.
struct AnsweredRun {
  std::string id;
  std::uint64_t line = 0;  // of its request
  bool output = true;
  bool cancelled = false;
  bool running = false;     // else it waits for its turn
  int pid = 0;              // of its oversee
  std::string run_id = {};  // empty until it has told it
  int attempt = 0;
  report::Dropped dropped = {};  // by us, not by its oversee
  report::Dropped gap = {};      // of these, not told in a line yet
};

struct ServeCounts {
  std::size_t max_concurrent = 0;
  std::uint64_t ended = 0;
};

class ServeAnswers {
 public:
  // The sink stays the caller's, who passes its on_ready on to made_room().
  explicit ServeAnswers(model::ByteSink& sink) : sink_(sink) {}

  // Whether so much is queued that no more should be asked for.
  bool full() const { return full_; }
  void made_room() { full_ = false; }

  void refuse(std::string_view id, std::uint64_t line, std::string_view sentence);
  void accept(const AnsweredRun& run);
  void cancel(const CancelRequest& request, const AnsweredRun& run);
  void status(const std::string& id, const std::vector<const AnsweredRun*>& runs);
  void list(const std::string& id, const std::vector<const AnsweredRun*>& runs, const ServeCounts& counts);

  // An event of the run, as its oversee has written it, without its newline.
  void event(AnsweredRun& run, std::string_view line);

  // How it ended. A refusal of its oversee, which is no run's end, is an error about the request.
  void end(const AnsweredRun& run, const ServedEnd& end);
  // The same of one that was cancelled before it began.
  void end_before_start(const AnsweredRun& run);

 private:
  void write(report::JsonText line);
  void write_with_gap(AnsweredRun& run, std::string_view line);
  void lost(const AnsweredRun& run, const ServedEnd& end);

  model::ByteSink& sink_;
  bool full_ = false;
};

}  // namespace oversee::cli
