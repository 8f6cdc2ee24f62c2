// Owns the loop.
#include "uv/loop.hpp"

#include <cstdlib>

namespace oversee::uv {

Loop::Loop() {
  if (uv_loop_init(&loop_) != 0) std::abort();  // out of descriptors or memory before anything was begun
}

Loop::~Loop() {
  uv_run(&loop_, UV_RUN_NOWAIT);  // close callbacks
  (void)uv_loop_close(&loop_);
}

void Loop::run() { uv_run(&loop_, UV_RUN_DEFAULT); }

void Loop::stop() { uv_stop(&loop_); }

}  // namespace oversee::uv
