// A sink that keeps its bytes.
#pragma once

#include <string>
#include <string_view>

#include "model/byte_sink.hpp"

namespace oversee::report {

class TextSink final : public model::ByteSink {
 public:
  bool write(std::string_view bytes) override {
    text += bytes;
    return true;
  }
  bool idle() const override { return !busy; }

  std::string text;
  bool busy = false;
};

}  // namespace oversee::report
