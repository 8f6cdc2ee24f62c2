// What a person looks for in the log of a run: the last lines of its last attempt and the first that looks like an
// error, read back from the log.
#pragma once

#include <functional>
#include <string_view>

#include "report/failure_digest.hpp"
#include "report/log_reader.hpp"
#include "report/log_view.hpp"
#include "report/output_ends.hpp"

namespace oversee::report {

class LogDigest final : private LogVisitor {
 public:
  // A raw log has the command's bytes and nothing else. What of a stream is in a file of its own `read_spilled` hands
  // on; its end is enough.
  LogDigest(bool raw, LogView::ReadSpilled read_spilled)
      : raw_(raw), read_spilled_(std::move(read_spilled)), reader_(*this) {}

  // The log from the start of a line on, in chunks cut anywhere.
  void read(std::string_view chunk);

  // No more is to come.
  Digest take();

 private:
  void text(model::Stream stream, std::string_view bytes) override { ends_.add(stream, bytes); }
  void frame(std::string_view) override {}
  void note(std::string_view key, std::string_view text) override;

  bool raw_;
  LogView::ReadSpilled read_spilled_;
  LogReader reader_;
  OutputEnds ends_;
};

}  // namespace oversee::report
