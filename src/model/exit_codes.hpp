// A set of exit codes in the user's notation: "0,75-78".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/value_error.hpp"

namespace oversee::model {

class ExitCodes {
 public:
  ExitCodes() = default;

  // Single codes and ranges from 0 to 255, separated by commas.
  static Parsed<ExitCodes> parse(std::string_view text);

  void add(int first, int last) { ranges_.push_back({first, last}); }
  void add(const ExitCodes& other) { ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end()); }
  bool contains(int code) const;
  bool empty() const { return ranges_.empty(); }

  // In the notation that parse() reads.
  std::string text() const;

  bool operator==(const ExitCodes&) const = default;

 private:
  struct Range {
    int first, last;
    bool operator==(const Range&) const = default;
  };
  std::vector<Range> ranges_;
};

}  // namespace oversee::model
