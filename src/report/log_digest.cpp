// Makes a digest from a log.
#include "report/log_digest.hpp"

namespace oversee::report {
namespace {

// "2 of 3  pid 4312" begins an attempt; "2 failed: exit 2 after 12.0s" ends it.
bool begins_attempt(std::string_view text) {
  const std::size_t number = text.find_first_not_of("0123456789");
  return number != 0 && number != std::string_view::npos && text.substr(number).starts_with(" of ");
}

}  // namespace

void LogDigest::read(std::string_view chunk) {
  if (raw_) {
    ends_.add(model::Stream::out, chunk);
  } else {
    reader_.read(chunk);
  }
}

Digest LogDigest::take() {
  reader_.finish();
  return make_digest(ends_);
}

void LogDigest::note(std::string_view key, std::string_view text) {
  if (key == "attempt" && begins_attempt(text)) ends_.clear();
  if (key != "spilled") return;
  const auto part = read_spilled_note(text);
  if (!part) return;
  read_spilled_(*part, [&](std::string_view bytes) { ends_.add(part->stream, bytes); });
}

}  // namespace oversee::report
