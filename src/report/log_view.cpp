// Shows a tagged log.
#include "report/log_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "model/byte_size.hpp"
#include "model/safe_text.hpp"
#include "model/utf8.hpp"
#include "report/line_count.hpp"

namespace oversee::report {
namespace {

// Removes the words from the front of the text, if it starts with them.
bool take(std::string_view& text, std::string_view words) {
  if (!text.starts_with(words)) return false;
  text.remove_prefix(words.size());
  return true;
}

std::uint64_t take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// Parses a stream's name in the log.
std::optional<model::Stream> take_stream(std::string_view& text) {
  if (take(text, "stdout")) return model::Stream::out;
  if (take(text, "stderr")) return model::Stream::err;
  return {};
}

}  // namespace

void PlainOutput::strip(std::string_view bytes, std::string& out) {
  stripper_.strip(bytes, text_);
  pass_on(text_.size() - model::unfinished_tail(text_), out);
}

void PlainOutput::release(std::string& out) {
  stripper_.release(text_);
  pass_on(text_.size(), out);
}

void PlainOutput::pass_on(std::size_t size, std::string& out) {
  out += model::harmless_output(std::string_view(text_).substr(0, size));
  text_.erase(0, size);
}

// "5000000 bytes, 88123 lines of stdout: from byte 0 of PATH"; PATH is ignored, as the file belongs to the run.
std::optional<SpilledPart> read_spilled_note(std::string_view text) {
  SpilledPart part{};
  part.bytes = take_number(text);
  take(text, " bytes, ");
  take_number(text);
  take(text, " lines of ");
  const auto stream = take_stream(text);
  if (!stream || !take(text, ": from byte ")) return {};
  part.stream = *stream;
  part.offset = take_number(text);
  return part;
}

LogView::LogView(LogChoice choice, Print print, ReadSpilled read_spilled)
    : choice_(choice),
      print_(std::move(print)),
      read_spilled_(std::move(read_spilled)),
      reader_(*this),
      json_lines_([this](std::string_view line) { emit(line); }) {}

void LogView::read(std::string_view chunk) {
  if (choice_.whole_log() && !choice_.plain && !choice_.json) {
    emit(chunk);  // the chunk can be shown without parsing
  } else if (choice_.raw) {
    print_plain(frame_stripper_, chunk);
  } else {
    reader_.read(chunk);
  }
}

void LogView::finish() {
  reader_.finish();
  if (choice_.json) {
    frame({});
    return;
  }
  for (PlainOutput& stripper : strippers_) release(stripper);
  release(frame_stripper_);
}

void LogView::text(model::Stream stream, std::string_view bytes) {
  if (!choice_.whole_log() && !chosen(stream)) return;
  if (choice_.json) {
    print_json(stream, bytes);
  } else if (choice_.plain) {
    print_plain(strippers_.at(model::index(stream)), bytes);
  } else {
    emit(bytes);
  }
}

// In the whole log, frames separate texts: a buffered byte must be shown before the frame.
void LogView::frame(std::string_view bytes) {
  if (choice_.json) {
    for (const model::Stream stream : {model::Stream::out, model::Stream::err}) {
      plain_.clear();
      strippers_.at(model::index(stream)).release(plain_);
      json_lines_.text(stream, plain_);
    }
    json_lines_.frame(bytes);
    return;
  }
  if (!choice_.whole_log()) return;
  for (PlainOutput& stripper : strippers_) release(stripper);
  print_plain(frame_stripper_, bytes);
  release(frame_stripper_);
}

void LogView::note(std::string_view key, std::string_view text) {
  if (choice_.json && choice_.whole_log()) json_lines_.note(key, text);
  if (key == "omitted") note_omitted(text);
  if (key == "spilled") note_spilled(text);
}

// Parses "12MiB, 88123 lines of stdout".
void LogView::note_omitted(std::string_view text) {
  const std::string_view size = text.substr(0, text.find(','));
  take(text, size);
  take(text, ", ");
  const std::uint64_t lines = take_number(text);
  take(text, " lines of ");
  const auto stream = take_stream(text);
  if (!stream || !chosen(*stream) || skipping()) return;
  Omitted& omitted = omitted_.at(model::index(*stream));
  omitted.any = true;
  omitted.bytes += model::parse_byte_size(size).value_or(0);
  omitted.lines += lines;
}

void LogView::note_spilled(std::string_view text) {
  const auto part = read_spilled_note(text);
  if (!part || !chosen(part->stream)) return;
  std::uint64_t had = 0;
  read_spilled_(*part, [&](std::string_view bytes) {
    had += bytes.size();
    this->text(part->stream, bytes);
  });
  if (!skipping()) omitted_.at(model::index(part->stream)).spilled += part->bytes - std::min(part->bytes, had);
}

std::optional<std::string> LogView::missing() const {
  std::string left_out;
  std::string gone;
  for (const model::Stream stream : {model::Stream::out, model::Stream::err}) {
    const Omitted& omitted = omitted_.at(model::index(stream));
    if (omitted.any) {
      left_out += fmt::format("{}{}, {} lines of {}", left_out.empty() ? "the log leaves out " : " and ",
                              model::describe_byte_size(omitted.bytes), omitted.lines, to_string(stream));
    }
    if (omitted.spilled != 0) {
      gone += fmt::format("{}{} bytes of {}", gone.empty() ? "the files of what was spilled lack " : " and ",
                          omitted.spilled, to_string(stream));
    }
  }
  if (!left_out.empty()) left_out += " (--max-output)";
  if (left_out.empty() && gone.empty()) return {};
  return fmt::format("this is not all: {}{}{}", left_out, left_out.empty() || gone.empty() ? "" : "; ", gone);
}

void LogView::print_json(model::Stream stream, std::string_view bytes) {
  if (choice_.plain) {
    plain_.clear();
    strippers_.at(model::index(stream)).strip(bytes, plain_);
    bytes = plain_;
  }
  json_lines_.text(stream, bytes);
}

void LogView::print_plain(PlainOutput& stripper, std::string_view bytes) {
  plain_.clear();
  stripper.strip(bytes, plain_);
  emit(plain_);
}

void LogView::release(PlainOutput& stripper) {
  plain_.clear();
  stripper.release(plain_);
  emit(plain_);
}

void LogView::emit(std::string_view bytes) {
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_.bytes, bytes.size()));
  skip_.bytes -= skipped;
  bytes.remove_prefix(skipped);
  while (skip_.lines != 0 && !bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) return;
    bytes.remove_prefix(newline + 1);
    --skip_.lines;
  }
  if (!bytes.empty()) print_(bytes);
}

void TailCount::count(std::string_view bytes) {
  if (bytes.empty()) return;
  newlines_ += newlines_in(bytes);
  bytes_ += bytes.size();
  open_ = !bytes.ends_with('\n');
}

LogView::Size TailCount::all_but(std::uint64_t last_lines) const {
  // In bytes, so that the rest of an unfinished line is still shown.
  if (last_lines == 0) return {.lines = 0, .bytes = bytes_};
  const std::uint64_t lines = newlines_ + (open_ ? 1 : 0);
  return {.lines = lines > last_lines ? lines - last_lines : 0, .bytes = 0};
}

}  // namespace oversee::report
