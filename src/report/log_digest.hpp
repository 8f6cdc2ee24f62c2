// The digest of a run's last attempt, read back from its log: the last lines, and the first line that looks like an
// error.
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
  // A raw log has only the command's bytes. `read_spilled` supplies the parts in separate files; the end of each
  // suffices.
  LogDigest(bool raw, LogView::ReadSpilled read_spilled)
      : raw_(raw), read_spilled_(std::move(read_spilled)), reader_(*this) {}

  // Takes the log from the start of a line on, in chunks split at any byte.
  void read(std::string_view chunk);

  // Call after the last chunk.
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
