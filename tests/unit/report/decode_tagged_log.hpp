// Decodes a tagged log into its streams, with an independent implementation of the format.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.hpp"

namespace oversee::report {

struct DecodedLog {
  std::array<std::string, model::kStreams> streams;
  // Where a stream was cut: the number of its bytes before the note about it.
  std::array<std::vector<std::size_t>, model::kStreams> cuts;
  std::vector<std::string> notes;         // oversee's lines, without newlines
  std::vector<std::string> stamps;        // "    0.012 out|", one for each line of the command
  std::vector<std::size_t> lines_before;  // for each note: the number of the command's lines before it

  const std::string& of(model::Stream stream) const { return streams.at(model::index(stream)); }
};

// Removes the digits from the front of the text.
inline std::string_view take_number(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= '0' && text[size] <= '9') ++size;
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// Decodes a line of the command: "SECONDS.MMM out| TEXT", the seconds at least five wide. Throws if it is malformed.
inline void decode_line(std::string_view line, DecodedLog& log) {
  const auto demand = [&](bool holds) {
    if (!holds) throw std::runtime_error("not a line of a tagged log: " + std::string(line.substr(0, 60)));
  };
  std::string_view rest = line;
  std::size_t spaces = 0;
  while (rest.starts_with(' ')) ++spaces, rest.remove_prefix(1);
  const std::string_view seconds = take_number(rest);
  demand(!seconds.empty() && (spaces == 0 ? seconds.size() >= 5 : spaces + seconds.size() == 5));
  demand(rest.starts_with('.'));
  rest.remove_prefix(1);
  demand(take_number(rest).size() == 3);
  const bool out = rest.starts_with(" out");
  demand(out || rest.starts_with(" err"));
  rest.remove_prefix(4);
  const bool whole = rest.starts_with("| ");
  demand(whole || rest.starts_with(": "));
  log.stamps.emplace_back(line.substr(0, line.size() - rest.size() + 1));
  rest.remove_prefix(2);
  std::string& stream = log.streams.at(out ? 0 : 1);
  stream += rest;
  if (whole) stream += '\n';
}

inline DecodedLog decode_tagged_log(std::string_view text) {
  DecodedLog log;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) throw std::runtime_error("a tagged log ends with a whole line");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!line.starts_with('#')) {
      decode_line(line, log);
      continue;
    }
    log.notes.emplace_back(line);
    log.lines_before.push_back(log.stamps.size());
    if (line.starts_with("# omitted ")) {
      const std::size_t which = line.ends_with(" of stdout") ? 0 : 1;
      log.cuts.at(which).push_back(log.streams.at(which).size());
    }
  }
  return log;
}

}  // namespace oversee::report
