// The last part of a stream that is too long to be kept whole, in bounded memory.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>

namespace oversee::report {

// A ring of records, each a stamp and an end that are ours around a text that is the command's. The oldest go, whole,
// and are counted, when the texts pass their bound or the records the ring. So what is held is one unbroken end of the
// stream.
class BoundedTail {
 public:
  explicit BoundedTail(std::size_t most_text);

  // Of a text that is longer than the bound itself the end is kept.
  void add(std::string_view stamp, std::string_view text, std::string_view end);

  // Of the texts that are gone.
  std::uint64_t omitted_bytes() const { return omitted_bytes_; }
  std::uint64_t omitted_lines() const { return omitted_lines_; }

  // The records, oldest first; the second part is what lies beyond the ring's end.
  std::pair<std::string_view, std::string_view> parts() const;

 private:
  struct Record {
    std::uint32_t size;
    std::uint32_t text;
    bool line;  // with its newline
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
