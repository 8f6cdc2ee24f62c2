// What a person looks for in the output of an attempt: its last lines, and the first that looks like an error.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "report/output_ends.hpp"

namespace oversee::report {

struct DigestLine {
  model::Stream stream;
  std::string text;  // plain, see plain_line.hpp

  bool operator==(const DigestLine&) const = default;
};

struct Digest {
  static constexpr std::size_t kMostLines = 20;

  std::vector<DigestLine> last;  // of both streams by time, the time of a line being that of its end
  std::optional<DigestLine> first_error;

  // Whether whoever has read the last lines has read the error, too.
  bool error_is_among_last() const;
};

// Of what was kept of an attempt's output.
Digest make_digest(const OutputEnds& ends);

// Keeps, while an attempt runs, no more than the beginning and the end of its output; looks at them when it has failed.
// So the first error is the first within the first 64 KiB or, where none is there, within the last 64 KiB (less of a
// stream that is read in large pieces, see output_ends.hpp).
class FailureDigest final : public model::EventSink {
 public:
  enum class Of : std::uint8_t { failures, every_attempt };
  explicit FailureDigest(Of what) : of_(what) {}

  void on(const model::Event& event, const model::Reading& at) override;

  // From the attempt's end on; empty where nothing is kept of it: of many attempts the first ones and the last are.
  const Digest& of(int attempt) const;

 private:
  static constexpr std::size_t kMostAttempts = 32;

  Of of_;
  OutputEnds ends_;
  std::map<int, Digest> digests_;
  Digest none_;
};

}  // namespace oversee::report
