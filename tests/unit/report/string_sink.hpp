// A byte sink that keeps all it is given.
#pragma once

#include <string>
#include <string_view>

#include "model/byte_sink.hpp"

namespace oversee::report {

class StringSink final : public model::ByteSink {
 public:
  bool write(std::string_view bytes) override {
    text += bytes;
    return true;
  }
  bool idle() const override { return true; }

  std::string text;
};

}  // namespace oversee::report
