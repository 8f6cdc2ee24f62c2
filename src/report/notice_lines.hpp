// The lines on stderr that say that a command still runs, of themselves or where somebody asks.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "model/byte_sink.hpp"
#include "model/event.hpp"

namespace oversee::report {

class NoticeLines final : public model::EventSink {
 public:
  struct Place {
    model::ByteSink* sink;      // stderr's, which stays the caller's
    bool output_known = true;   // we see the command's output; else its silence is not known
    bool output_shown = true;   // it comes through as it is written
    bool retries_told = true;   // an attempt that is followed by another is told of
    bool holds_stdout = false;  // the sink takes stdout as well
    // The sink's last byte was within a line of the command's. Whoever else writes lines there has the same one.
    std::shared_ptr<bool> within_line = std::make_shared<bool>(false);
  };

  explicit NoticeLines(Place place) : place_(std::move(place)) {}

  void on(const model::Event& event, const model::Reading& at) override;

  // An answer to whoever asked how the run is. Behind a reader that is slow the last one waits for its turn.
  void answer(std::string line);
  // The sink has taken all that it was given.
  void sink_ready();

 private:
  void print(const std::string& line);
  void tell(const model::Retrying& event);
  std::string sentence(const model::StillRunning& notice) const;

  Place place_;
  int attempts_ = 1;                            // at most
  const model::AttemptResult* last_ = nullptr;  // dead once the next attempt has begun
  std::string name_;
  std::string late_answer_;
};

}  // namespace oversee::report
