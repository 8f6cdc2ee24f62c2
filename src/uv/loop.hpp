// The event loop and the ownership of its handles.
#pragma once

#include <uv.h>

#include <memory>

namespace oversee::uv {

// One libuv loop. Everything created on it must be destroyed first.
class Loop {
 public:
  // Throws std::system_error if descriptors or memory are exhausted; at this point nothing has started.
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // Runs callbacks until stop(), or until no active handle is left.
  void run();
  void stop();

  uv_loop_t* raw() { return &loop_; }

 private:
  uv_loop_t loop_{};
};

// Owns a libuv handle H that a callback may still touch after its owner is destroyed: uv_close() is asynchronous, so
// the close callback frees the memory. `data` points to the owner, and is null once detached.
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

  // Call if the init function failed: there is nothing to close.
  void discard() {
    delete handle_;
    handle_ = nullptr;
  }

  void close() {
    if (handle_ == nullptr) return;
    if (handle_->type == UV_UNKNOWN_HANDLE) return discard();  // never initialized
    handle_->data = nullptr;
    uv_close(base(), [](uv_handle_t* handle) { delete reinterpret_cast<H*>(handle); });
    handle_ = nullptr;
  }

  // The owner of a callback's handle; null once it is destroyed.
  template <class Any>
  static Owner* owner(const Any* handle) {
    return static_cast<Owner*>(handle->data);
  }

 private:
  H* handle_;
};

}  // namespace oversee::uv
