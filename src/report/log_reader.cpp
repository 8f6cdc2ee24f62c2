// Parses a tagged log.
#include "report/log_reader.hpp"

#include <algorithm>
#include <utility>

#include "model/ascii.hpp"

namespace oversee::report {
namespace {

// Notes that readers parse are short or end in a path; a note with the command may be arbitrarily long.
constexpr std::size_t kLongestNote = 8192;

// "SECONDS.MMM out| ", with more digits than any real stamp: bounds the buffering of a long number.
constexpr std::size_t kLongestStamp = 40;

enum class Match : std::uint8_t { yes, no, unfinished };

struct Stamp {
  Match match = Match::no;
  std::size_t size = 0;
  model::Stream stream = model::Stream::out;
  bool whole = false;  // the line had a newline
};

// Parses a stamp at the front of the text, which may be incomplete.
Stamp read_stamp(std::string_view text) {
  std::size_t at = 0;
  const auto skip = [&](auto&& wanted) {
    const std::size_t before = at;
    while (at < text.size() && wanted(text[at])) ++at;
    return at - before;
  };
  const auto ended = [&] {
    return Stamp{.match = at == text.size() && at < kLongestStamp ? Match::unfinished : Match::no};
  };
  skip([](char c) { return c == ' '; });
  if (skip(model::is_digit) == 0 || at == text.size() || text[at] != '.') return ended();
  ++at;
  if (skip(model::is_digit) != 3 || at == text.size()) return ended();
  const std::string_view rest = text.substr(at);
  for (const auto& [word, stream, whole] : {std::tuple{std::string_view(" out| "), model::Stream::out, true},
                                            {" out: ", model::Stream::out, false},
                                            {" err| ", model::Stream::err, true},
                                            {" err: ", model::Stream::err, false}}) {
    if (rest.starts_with(word)) return {Match::yes, at + word.size(), stream, whole};
    if (word.starts_with(rest)) return {.match = Match::unfinished};
  }
  return {};
}

}  // namespace

void LogReader::read(std::string_view chunk) {
  while (!chunk.empty()) {
    if (state_ == State::start) {
      chunk = begin_line(chunk);
      continue;
    }
    const std::size_t newline = chunk.find('\n');
    const bool ends = newline != std::string_view::npos;
    const std::string_view piece = chunk.substr(0, newline);
    const std::string_view piece_and_end = chunk.substr(0, ends ? newline + 1 : newline);
    chunk.remove_prefix(piece_and_end.size());
    switch (state_) {
      case State::start: break;
      case State::whole: visitor_.text(stream_, piece_and_end); break;
      case State::open:
        if (!piece.empty()) visitor_.text(stream_, piece);
        if (ends) visitor_.frame("\n");
        break;
      case State::note:
        held_ += piece.substr(0, kLongestNote - std::min(kLongestNote, held_.size()));
        visitor_.frame(piece_and_end);
        if (ends) end_note();
        break;
      case State::unknown: visitor_.frame(piece_and_end); break;
    }
    if (ends) state_ = State::start;
  }
}

void LogReader::finish() {
  if (state_ == State::start && !held_.empty()) visitor_.frame(std::exchange(held_, {}));
}

// Returns the part of the chunk after the line's head.
std::string_view LogReader::begin_line(std::string_view rest) {
  if (held_.empty() && rest.front() == '#') {
    state_ = State::note;
    return rest;
  }
  // A split stamp is completed byte by byte.
  Stamp stamp;
  if (held_.empty()) {
    stamp = read_stamp(rest);
    if (stamp.match == Match::unfinished) held_ = rest;
    if (stamp.match == Match::unfinished) return {};
    if (stamp.match == Match::yes) {
      visitor_.frame(rest.substr(0, stamp.size));
      rest.remove_prefix(stamp.size);
    }
  } else {
    do {
      held_ += rest.front();
      rest.remove_prefix(1);
      stamp = read_stamp(held_);
    } while (stamp.match == Match::unfinished && !rest.empty());
    if (stamp.match == Match::unfinished) return {};
    const std::string head = std::exchange(held_, {});
    if (stamp.match == Match::no && head.back() == '\n') {
      visitor_.frame(head);
      return rest;  // the head was the whole line
    }
    visitor_.frame(head);
  }
  state_ = stamp.match == Match::no ? State::unknown : stamp.whole ? State::whole : State::open;
  stream_ = stamp.stream;
  return rest;
}

void LogReader::end_note() {
  std::string_view text = held_;
  text.remove_prefix(std::min<std::size_t>(text.size(), text.starts_with("# ") ? 2 : 1));
  const std::size_t end = text.find(' ');
  const std::string_view key = text.substr(0, end);
  text.remove_prefix(key.size());
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ')));
  visitor_.note(key, text);
  held_.clear();
}

}  // namespace oversee::report
