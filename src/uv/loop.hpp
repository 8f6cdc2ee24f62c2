// The event loop, and how its handles are owned.
#pragma once

#include <uv.h>

#include <memory>

namespace oversee::uv {

// One libuv loop. Everything made on it must be destroyed before it is.
class Loop {
 public:
  // Throws std::system_error where descriptors or memory are out: nothing has begun yet, and nothing can.
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // Runs callbacks until stop() or until nothing is left to wait for.
  void run();
  void stop();

  uv_loop_t* raw() { return &loop_; }

 private:
  uv_loop_t loop_{};
};

// Owns a libuv handle H that a callback still may touch after its owner is gone: the memory belongs to the close
// callback (uv_close(3) is not done when it returns), the owner is found through `data`, null once detached.
template <class H, class Owner>
class Handle {
 public:
  explicit Handle(Owner* owner) : handle_(new H{}) { handle_->data = owner; }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { close(); }

  H* get() const { return handle_; }
  uv_handle_t* base() const { return reinterpret_cast<uv_handle_t*>(handle_); }
  uv_stream_t* stream() const { return reinterpret_cast<uv_stream_t*>(handle_); }
  explicit operator bool() const { return handle_ != nullptr; }

  // To be called when the init function failed: there is nothing to close.
  void discard() {
    delete handle_;
    handle_ = nullptr;
  }

  void close() {
    if (handle_ == nullptr) return;
    if (handle_->type == UV_UNKNOWN_HANDLE) return discard();  // never begun
    handle_->data = nullptr;
    uv_close(base(), [](uv_handle_t* handle) { delete reinterpret_cast<H*>(handle); });
    handle_ = nullptr;
  }

  // The owner behind a callback's handle; null when it is gone already.
  template <class Any>
  static Owner* owner(const Any* handle) {
    return static_cast<Owner*>(handle->data);
  }

 private:
  H* handle_;
};

}  // namespace oversee::uv
