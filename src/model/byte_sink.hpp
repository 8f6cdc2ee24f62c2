// The interface through which shown bytes are written; implementations decide how.
#pragma once

#include <functional>
#include <string_view>

namespace oversee::model {

class ByteSink {
 public:
  ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual ~ByteSink() = default;

  // Takes all bytes and copies those that it cannot write at once. False means full: the caller should stop its source
  // until on_ready, because the sink buffers everything in memory meanwhile.
  virtual bool write(std::string_view bytes) = 0;

  // Whether all bytes have been written (or dropped after an error).
  virtual bool idle() const = 0;

  std::function<void()> on_ready;           // writable again after a full write(), or everything is written
  std::function<void(int error)> on_error;  // an errno, at most once; later bytes are dropped
};

}  // namespace oversee::model
