// Makes digests.
#include "report/failure_digest.hpp"

#include <algorithm>
#include <iterator>

#include "report/error_line.hpp"
#include "report/plain_line.hpp"

namespace oversee::report {
namespace {

// The lines of both streams, ordered by their ends.
class Lines {
 public:
  void add(model::Stream stream, std::string_view bytes, bool broken) {
    Open& open = open_[model::index(stream)];
    if (broken) {  // the bytes up to the next newline end a line that lost its start
      finish(stream);
      open.headless = true;
    }
    while (!bytes.empty()) {
      const std::size_t newline = bytes.find('\n');
      open.text += bytes.substr(0, newline);
      if (newline == std::string_view::npos) return;
      bytes.remove_prefix(newline + 1);
      if (!open.headless) lines_.push_back({stream, std::move(open.text)});
      open = {};
    }
  }

  std::vector<DigestLine> take() {
    finish(model::Stream::out);
    finish(model::Stream::err);
    return std::move(lines_);
  }

 private:
  struct Open {
    std::string text;
    bool headless = false;
  };

  void finish(model::Stream stream) {
    Open& open = open_[model::index(stream)];
    if (!open.text.empty()) lines_.push_back({stream, std::move(open.text)});
    open = {};
  }

  std::vector<DigestLine> lines_;
  std::array<Open, model::kStreams> open_;
};

}  // namespace

Digest make_digest(const OutputEnds& ends) {
  Lines split;
  ends.visit([&](model::Stream stream, std::string_view bytes, bool broken) { split.add(stream, bytes, broken); });
  std::vector<DigestLine> lines = split.take();
  std::vector<std::string_view> texts;
  texts.reserve(lines.size());
  for (DigestLine& line : lines) texts.emplace_back(line.text = plain_line(line.text));

  Digest digest;
  if (const auto error = first_error(texts)) {
    const auto at = std::ranges::find(texts, error->data(), &std::string_view::data) - texts.begin();
    digest.first_error = lines[static_cast<std::size_t>(at)];
  }
  while (!lines.empty() && lines.back().text.empty()) lines.pop_back();
  if (lines.size() > Digest::kMostLines) lines.erase(lines.begin(), lines.end() - Digest::kMostLines);
  const auto first = std::ranges::find_if(lines, [](const DigestLine& line) { return !line.text.empty(); });
  digest.last.assign(std::make_move_iterator(first), std::make_move_iterator(lines.end()));
  return digest;
}

bool Digest::error_is_among_last() const { return first_error && std::ranges::find(last, *first_error) != last.end(); }

void FailureDigest::on(const model::Event& event, const model::Reading&) {
  if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    ends_.add(output->stream, output->bytes);
  } else if (std::holds_alternative<model::AttemptStarted>(event)) {
    ends_.clear();
  } else if (const auto* finished = std::get_if<model::AttemptFinished>(&event)) {
    if (of_ == Of::failures && finished->result->status == model::Status::completed) return;
    if (digests_.size() == kMostAttempts) digests_.erase(std::prev(digests_.end()));
    digests_[finished->result->number] = make_digest(ends_);
    ends_.clear();
  }
}

const Digest& FailureDigest::of(int attempt) const {
  const auto found = digests_.find(attempt);
  return found == digests_.end() ? none_ : found->second;
}

}  // namespace oversee::report
