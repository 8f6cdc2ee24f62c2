// Writes the tagged log.
#include "report/tagged_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/byte_size.hpp"
#include "model/date.hpp"
#include "model/safe_text.hpp"
#include "report/usage_text.hpp"

namespace oversee::report {
namespace {

constexpr std::size_t kBuffer = 128 * 1024;

// Longer lines bypass the buffer.
constexpr std::size_t kLongLine = 16 * 1024;

// Shorter lines are copied with this fixed size, if that many bytes are readable; the next line overwrites the excess.
constexpr std::size_t kShortLine = 128;

// A read of at least a page that ends within a line belongs to a block-buffered stream: the incomplete line waits for
// its rest, up to kLongestUnfinished. A smaller such read is a prompt or the end of a program, and is written at once.
constexpr std::size_t kBlock = 4096;
constexpr std::size_t kLongestUnfinished = 16 * 1024;

// Longer lines of a hook are written in pieces.
constexpr std::size_t kLongestUserLine = 4096;

// Combines lambdas into one visitor.
template <class... Each>
struct Overload : Each... {
  using Each::operator()...;
};
template <class... Each>
Overload(Each...) -> Overload<Each...>;

std::string_view describe(model::StopReach reach) {
  switch (reach) {
    case model::StopReach::tree: return "every process";
    case model::StopReach::group: return "the process group";
    case model::StopReach::leader: return "the command alone";
  }
  return "";
}

std::string_view key_of(model::UserLineKind kind) {
  return kind == model::UserLineKind::on_timeout ? "on-timeout" : "before";
}

std::string slot_text(const model::SlotTaken& taken) {
  const std::string whose = taken.shared_with.empty()
                                ? fmt::format("after {}", model::describe_duration(taken.waited))
                                : fmt::format("that of {}, which this is a part of", taken.shared_with);
  return fmt::format("of group {}, at most {} at once, {}", taken.request->group, taken.request->most, whose);
}

}  // namespace

TaggedLog::TaggedLog(model::ByteSink& sink, OverflowPolicy policy)
    : sink_(sink),
      buffer_(std::make_unique_for_overwrite<char[]>(kBuffer)),
      policy_(std::move(policy)),
      captured_{Captured{Overflow(policy_, model::Stream::out)}, Captured{Overflow(policy_, model::Stream::err)}} {}

void TaggedLog::on(const model::Event& event, const model::Reading& at) {
  std::visit(
      Overload{[&](const model::RunStarted& e) { started(*e.info); }, [](const model::SlotAwaited&) {},
               [&](const model::SlotTaken& e) { note("slot", slot_text(e)); },
               [&](const model::AttemptStarted& e) {
                 note("attempt", fmt::format("{} of {}  pid {}", e.number, attempts_, e.pid));
               },
               [&](const model::OutputArrived& e) { output(e.stream, e.bytes, at); },
               [&](const model::StillRunning& e) {
                 if (e.slow) note("slow", "still runs after " + model::describe_duration(e.elapsed));
               },
               [&](const model::EvidenceTaken& e) { evidence(*e.evidence); },
               [&](const model::UserLineStarted& e) { note(key_of(e.kind), std::string(e.line)); },
               [&](const model::UserLineOutput& e) { user_line_output(e, at); },
               [&](const model::UserLineEnded& e) {
                 if (!user_line_.empty()) user_line_output({e.kind, "\n"}, at);
                 note(key_of(e.kind), describe(*e.result));
               },
               [&](const model::Stopping& e) {
                 note("stopping", fmt::format("{}: {} to {}", to_string(e.status), model::signal_name(e.signal),
                                              describe(e.reach)));
               },
               [&](const model::AttemptFinished& e) {
                 write_tail(model::Stream::out);
                 write_tail(model::Stream::err);
                 name_survivors(*e.result);
                 if (!e.result->limits.empty()) note("held", means_text(e.result->limits));
                 note("attempt",
                      fmt::format("{} {}: {}", e.result->number, to_string(e.result->status), describe(*e.result)));
               },
               [&](const model::Retrying& e) {
                 note("retry", e.delay == model::Duration{} ? "at once" : "in " + model::describe_duration(e.delay));
               },
               [&](const model::RunFinished& e) { finished(e); }},
      event);
  flush();
}

void TaggedLog::name_survivors(const model::AttemptResult& result) {
  const auto more = [](std::uint64_t count) { return fmt::format("and {} more", count); };
  for (const model::Survivor& each : result.leaked) {
    note("leaked", describe(each) + (result.leaked_live ? "  left alive" : ""));
  }
  if (result.leaked_more != 0) note("leaked", more(result.leaked_more));
  for (const model::ProcessName& each : result.unkilled) {
    note("unkilled", fmt::format("pid {}  {}", each.pid, each.command));
  }
  if (result.unkilled_more != 0) note("unkilled", more(result.unkilled_more));
  if (result.unkilled_unknown) note("unkilled", std::string(model::kUnknownLeft));
}

void TaggedLog::started(const model::RunInfo& info) {
  start_ = info.started.instant;
  attempts_ = info.attempts;
  append(fmt::format("# oversee {}  run {}\n", info.version, info.id));
  note("command", info.command);
  note("directory", info.directory);
  note("started", fmt::format("{}  host {}  pid {}", model::format_date(info.started.wall), info.host, info.pid));
  const std::string total = info.total ? "  in all " + model::format_duration(*info.total) : "";
  note("limits", limits_text(info.limits) + total);
}

void TaggedLog::finished(const model::RunFinished& event) {
  const model::AttemptResult& last = event.attempts->back();
  const auto milliseconds = std::chrono::round<std::chrono::milliseconds>(event.finished.instant - start_);
  const model::Verdict& verdict = event.verdict;
  if (!last.begun()) note("slot", describe(last));
  const std::string_view reason = verdict.flaky                           ? to_string(model::Reason::flaky)
                                  : verdict.reason == model::Reason::exit ? ""
                                                                          : to_string(verdict.reason);
  note("status", fmt::format("{}{}  exit {}  attempts {} of {}", to_string(verdict.status),
                             reason.empty() ? "" : fmt::format(" ({})", reason), verdict.exit.shell_status(),
                             model::count_begun(*event.attempts, event.omitted), event.info->attempts));
  note("duration",
       fmt::format("{}  {}  output {} out {} err", model::describe_duration(milliseconds), cost_text(last.usage),
                   model::describe_byte_size(last.out.bytes), model::describe_byte_size(last.err.bytes)));
  if (last.begun()) note("usage", usage_text(last.usage));
  note("finished", model::format_date(event.finished.wall));
}

void TaggedLog::evidence(const model::Evidence& evidence) {
  if (std::string text = sentence(evidence); !text.empty()) note("evidence", std::move(text));
  for (const model::ProcessEvidence& each : evidence.processes) note("evidence", describe(each));
  if (evidence.more > 0) note("evidence", fmt::format("and {} more processes", evidence.more));
}

// Lines of a hook, not of the command: as oversee's notes, each with its time.
void TaggedLog::user_line_output(const model::UserLineOutput& event, const model::Reading& at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.instant - start_).count();
  for (const char c : event.bytes) {
    if (c == '\t') {
      user_line_ += "    ";
    } else if (c != '\n') {
      user_line_ += c;
    }
    if (c != '\n' && user_line_.size() < kLongestUserLine) continue;
    note(key_of(event.kind), fmt::format("{}.{:03}| {}", ms / 1000, ms % 1000, std::exchange(user_line_, {})));
  }
}

void TaggedLog::output(model::Stream stream, std::string_view bytes, const model::Reading& at) {
  stamp(stream, at);
  Captured& captured = captured_[model::index(stream)];
  std::string& unfinished = captured.unfinished;
  if (captured.overflow.spilling()) {
    flush_tail(stream);
    captured.lines += captured.overflow.spill(bytes);
    return;
  }
  const bool block = bytes.size() >= kBlock;
  while (!bytes.empty()) {
    const auto* newline = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
    if (newline == nullptr) {
      if (block && unfinished.size() + bytes.size() <= kLongestUnfinished) {
        unfinished += bytes;
      } else {
        flush_tail(stream);
        open_line(stream, bytes);
      }
      return;
    }
    ++captured.lines;
    const auto length = static_cast<std::size_t>(newline - bytes.data()) + 1;
    if (unfinished.empty()) {
      whole_line(stream, bytes.substr(0, length), bytes.size());
    } else {
      unfinished += bytes.substr(0, length);
      whole_line(stream, unfinished, unfinished.size());
      unfinished.clear();
    }
    bytes.remove_prefix(length);
  }
}

model::StreamTally TaggedLog::tally(model::Stream stream) {
  flush_tail(stream);
  const Captured& captured = captured_[model::index(stream)];
  return captured.overflow.tally(captured.lines);
}

// Once per chunk, whose bytes all arrived together.
void TaggedLog::stamp(model::Stream stream, const model::Reading& at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.instant - start_).count();
  Stamp& stamp = stamps_[model::index(stream)];
  const auto end = fmt::format_to_n(stamp.text.data(), stamp.text.size(), "{:5}.{:03} {}| ", ms / 1000, ms % 1000,
                                    stream == model::Stream::out ? "out" : "err");
  stamp.size = std::min(end.size, stamp.text.size());
}

void TaggedLog::whole_line(model::Stream stream, std::string_view text, std::size_t readable) {
  const Stamp& stamp = stamps_[model::index(stream)];
  Captured& captured = captured_[model::index(stream)];
  if (!captured.overflow.fits(text.size())) {
    captured.overflow.add({stamp.text.data(), stamp.size}, text, {});
    return;
  }
  if (text.size() > kLongLine) {
    append({stamp.text.data(), stamp.size});
    append(text);
    return;
  }
  if (size_ + stamp.text.size() + std::max(text.size(), kShortLine) > kBuffer) flush();
  char* const line = buffer_.get() + size_;
  std::memcpy(line, stamp.text.data(), stamp.text.size());  // a fixed size copies faster
  if (text.size() <= kShortLine && readable >= kShortLine) {
    std::memcpy(line + stamp.size, text.data(), kShortLine);
  } else {
    std::memcpy(line + stamp.size, text.data(), text.size());
  }
  size_ += stamp.size + text.size();
}

void TaggedLog::open_line(model::Stream stream, std::string_view text) {
  Stamp stamp = stamps_[model::index(stream)];
  stamp.text.at(stamp.size - 2) = ':';
  Captured& captured = captured_[model::index(stream)];
  if (!captured.overflow.fits(text.size())) {
    captured.overflow.add({stamp.text.data(), stamp.size}, text, "\n");
    return;
  }
  append({stamp.text.data(), stamp.size});
  append(text);
  append("\n");
}

void TaggedLog::flush_tail(model::Stream stream) {
  std::string& unfinished = captured_[model::index(stream)].unfinished;
  if (unfinished.empty()) return;
  open_line(stream, unfinished);
  unfinished.clear();
}

// The kept end of the stream, after a note that counts the omitted part.
void TaggedLog::write_tail(model::Stream stream) {
  flush_tail(stream);
  Captured& captured = captured_[model::index(stream)];
  if (auto remark = captured.overflow.remark(); !remark.text.empty()) note(remark.key, std::move(remark.text));
  const auto [first, second] = captured.overflow.tail();
  append(first);
  append(second);
  captured.overflow.reset();
  captured.lines = 0;
}

void TaggedLog::append(std::string_view text) {
  if (text.empty()) return;  // may be null, which memcpy does not accept
  if (size_ + text.size() > kBuffer) flush();
  if (text.size() > kLongLine) {
    flush();
    sink_.write(text);
    return;
  }
  std::memcpy(buffer_.get() + size_, text.data(), text.size());
  size_ += text.size();
}

// Text from outside must not start a new line: commands, directories and names may hold anything.
void TaggedLog::note(std::string_view key, std::string_view text) {
  append(fmt::format("# {:<9} {}\n", key, model::harmless(text)));
}

void TaggedLog::flush() {
  if (size_ == 0) return;
  sink_.write({buffer_.get(), size_});
  size_ = 0;
}

}  // namespace oversee::report
