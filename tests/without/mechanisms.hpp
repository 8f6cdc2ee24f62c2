// Disables a mechanism within a unit test; the test's program links the test build's definition.
#pragma once

#include "model/mechanism.hpp"

namespace oversee::model {

void turn(Mechanism mechanism, bool on);

class Without {
 public:
  explicit Without(Mechanism mechanism) : mechanism_(mechanism) { turn(mechanism_, false); }
  ~Without() { turn(mechanism_, true); }
  Without(const Without&) = delete;
  Without& operator=(const Without&) = delete;

 private:
  Mechanism mechanism_;
};

}  // namespace oversee::model
