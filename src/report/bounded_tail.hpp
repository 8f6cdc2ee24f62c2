// The last part of a long stream, in bounded memory.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>

namespace oversee::report {

// A ring of records; each is a text of the command between the log's stamp and end. When the texts exceed their bound,
// or the records fill the ring, the oldest whole records are dropped and counted. So the ring always holds one
// contiguous end of the stream.
class BoundedTail {
 public:
  explicit BoundedTail(std::size_t most_text);

  // Keeps only the end of a text longer than the bound.
  void add(std::string_view stamp, std::string_view text, std::string_view end);

  // Counts of the dropped texts.
  std::uint64_t omitted_bytes() const { return omitted_bytes_; }
  std::uint64_t omitted_lines() const { return omitted_lines_; }

  // The records, oldest first; the second part is the wrapped-around rest.
  std::pair<std::string_view, std::string_view> parts() const;

 private:
  struct Record {
    std::uint32_t size;
    std::uint32_t text;
    bool line;  // ends with a newline
  };

  void drop_oldest();
  void append(std::string_view bytes);

  std::size_t most_text_;
  std::size_t capacity_;
  std::unique_ptr<char[]> ring_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::size_t text_ = 0;
  std::deque<Record> records_;
  std::uint64_t omitted_bytes_ = 0;
  std::uint64_t omitted_lines_ = 0;
};

}  // namespace oversee::report
