// Child processes over uv_spawn.
#include "uv/child_process.hpp"

#include <sys/wait.h>

#include <array>
#include <csignal>

#include "model/mechanism.hpp"

namespace oversee::uv {

ChildProcess::ChildProcess(Loop& loop, std::function<void()> on_exit)
    : loop_(loop), on_exit_(std::move(on_exit)), handle_(this), changes_(this) {}

model::Result<int> ChildProcess::start(const std::string& file, std::vector<std::string> argv, int nothing) {
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (std::string& word : argv) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  uv_process_options_t options{};
  options.file = file.c_str();
  options.args = arguments.data();
  options.exit_cb = [](uv_process_t* process, std::int64_t, int) {
    if (auto* self = Handle<uv_process_t, ChildProcess>::owner(process)) {
      self->running_ = false;
      self->on_exit_();
    }
  };
  std::array<uv_stdio_container_t, 3> streams{};
  for (uv_stdio_container_t& each : streams) {
    each.flags = UV_INHERIT_FD;
    each.data.fd = nothing;
  }
  options.stdio = streams.data();
  options.stdio_count = static_cast<int>(streams.size());
  const int error = uv_spawn(loop_.raw(), handle_.get(), &options);
  if (error != 0) return std::unexpected(model::Failure{"start the guard process", -error, file, {}});
  running_ = true;
  if (uv_signal_init(loop_.raw(), changes_.get()) != 0) {
    changes_.discard();
    return handle_.get()->pid;
  }
  uv_unref(changes_.base());
  uv_signal_start(
      changes_.get(),
      [](uv_signal_t* signal, int) {
        if (auto* self = Handle<uv_signal_t, ChildProcess>::owner(signal)) self->continue_if_stopped();
      },
      SIGCHLD);
  return handle_.get()->pid;
}

// libuv waits only for exits, so this does not consume an event of libuv's.
void ChildProcess::continue_if_stopped() {
  siginfo_t info{};
  const auto pid = static_cast<id_t>(handle_.get()->pid);
  if (!running_ || !model::works(model::Mechanism::guard_is_continued)) return;
  if (::waitid(P_PID, pid, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid != 0) uv_process_kill(handle_.get(), SIGCONT);
}

void ChildProcess::kill() {
  if (running_) uv_process_kill(handle_.get(), SIGKILL);
}

std::vector<pid_t> running_children(Loop& loop) {
  std::vector<pid_t> children;
  uv_walk(
      loop.raw(),
      [](uv_handle_t* handle, void* list) {
        if (uv_handle_get_type(handle) != UV_PROCESS || uv_is_active(handle) == 0) return;
        static_cast<std::vector<pid_t>*>(list)->push_back(reinterpret_cast<uv_process_t*>(handle)->pid);
      },
      &children);
  return children;
}

}  // namespace oversee::uv
