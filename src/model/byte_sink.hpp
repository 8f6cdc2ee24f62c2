// Where shown bytes go, whoever writes them and however: the border between what is shown and how it is written.
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

  // Takes all of it, copying what it cannot write at once. False: it is full; whoever can hold its source back should
  // do so until on_ready, as all that comes meanwhile is kept in memory.
  virtual bool write(std::string_view bytes) = 0;

  // Whether all that was taken has been written (or, after an error, dropped).
  virtual bool idle() const = 0;

  std::function<void()> on_ready;           // there is room again after write() said full, or all is written
  std::function<void(int error)> on_error;  // an errno, once; what is written from then on is dropped
};

}  // namespace oversee::model
