// The digest of an attempt's output: its last lines, and the first line that looks like an error.
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

  std::vector<DigestLine> last;  // of both streams, ordered by the time of a line's end
  std::optional<DigestLine> first_error;

  // Whether the error is one of the last lines.
  bool error_is_among_last() const;
};

// Makes the digest of the kept output.
Digest make_digest(const OutputEnds& ends);

// Keeps only the beginning and the end of an attempt's output, and makes the digest after a failure. So the first error
// is the first within the first 64 KiB, or else within the last 64 KiB (less if a stream is read in large pieces, see
// output_ends.hpp).
class FailureDigest final : public model::EventSink {
 public:
  enum class Of : std::uint8_t { failures, every_attempt };
  explicit FailureDigest(Of what) : of_(what) {}

  void on(const model::Event& event, const model::Reading& at) override;

  // Valid from the attempt's end on. Empty if the digest was not kept: of many attempts, only the first ones and the
  // last are.
  const Digest& of(int attempt) const;

 private:
  static constexpr std::size_t kMostAttempts = 32;

  Of of_;
  OutputEnds ends_;
  std::map<int, Digest> digests_;
  Digest none_;
};

}  // namespace oversee::report
