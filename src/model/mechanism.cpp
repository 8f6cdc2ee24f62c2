// The definition for oversee itself, in which every mechanism works; tests/without defines it for tests.
#include "model/mechanism.hpp"

namespace oversee::model {

bool works(Mechanism /*mechanism*/) noexcept { return true; }

}  // namespace oversee::model
