// The interface of a reader of the command's output, from a pipe or a terminal.
#pragma once

#include <functional>
#include <string_view>

namespace oversee::uv {

class ByteReader {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> on_bytes;  // dead on return; the callback may pause or close the reader
    std::function<void(int error)> on_end;           // 0 at the end of the stream, else an errno; the last call
  };

  ByteReader() = default;
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;
  virtual ~ByteReader() = default;

  virtual void start() = 0;
  virtual void pause() = 0;
  // Stops reading and closes the descriptor; no callback follows.
  virtual void close() = 0;

  virtual bool open() const = 0;
  virtual int fd() const = 0;
};

}  // namespace oversee::uv
