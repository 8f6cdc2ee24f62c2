// Owns the loop.
#include "uv/loop.hpp"

#include <system_error>

namespace oversee::uv {

Loop::Loop() {
  if (const int error = uv_loop_init(&loop_); error != 0) {
    throw std::system_error(-error, std::generic_category(), "cannot make the event loop");
  }
}

Loop::~Loop() {
  uv_run(&loop_, UV_RUN_NOWAIT);  // may only consume a stop() that came after the last run
  uv_run(&loop_, UV_RUN_NOWAIT);  // runs the close callbacks
  (void)uv_loop_close(&loop_);
}

void Loop::run() { uv_run(&loop_, UV_RUN_DEFAULT); }

void Loop::stop() { uv_stop(&loop_); }

}  // namespace oversee::uv
