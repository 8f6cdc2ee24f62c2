// Tests the snapshot of a tree: on made-up kernel texts, and on processes in a known wait.
#include "os/process_snapshot.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "forked.hpp"
#include "os/descriptor.hpp"
#include "os/file_look.hpp"
#include "os/system_call.hpp"

namespace oversee::os {
namespace {

using namespace std::chrono_literals;
using model::FileKind;
using model::ProcessEvidence;
using model::ProcessState;
using std::chrono::steady_clock;

TEST_CASE("system call: its name, and its descriptor") {
  const auto read =
      parse_system_call(std::to_string(SYS_read) + " 0x5 0x7ffd4bb88280 0x1000 0x0 0x0 0x0 0x7ffd 0x7ff5\n");
  REQUIRE(read.has_value());
  CHECK(read->name == "read");
  CHECK(read->descriptor == 5);
  const auto futex = parse_system_call(std::to_string(SYS_futex) + " 0x5 0x0 0x0 0x0 0x0 0x0 0x7ffd 0x7ff5\n");
  REQUIRE(futex.has_value());
  CHECK(futex->name == "futex");
  CHECK_FALSE(futex->descriptor.has_value());
  for (const char* text : {"running\n", "-1 0x7ffd 0x7ff5\n", "99999 0x0\n", ""}) {
    CHECK_FALSE(parse_system_call(text).has_value());
  }
  CHECK_FALSE(parse_system_call(std::to_string(SYS_read))->descriptor.has_value());
}

TEST_CASE("socket addresses: the kernel's format is parsed") {
  const std::uint32_t loopback = ::htonl(INADDR_LOOPBACK);
  char hex[32];
  (void)std::snprintf(hex, sizeof hex, "%08X:01BB", loopback);
  CHECK(parse_socket_address(hex) == "127.0.0.1:443");
  const std::uint32_t one = ::htonl(1);
  char six[64];
  (void)std::snprintf(six, sizeof six, "%08X%08X%08X%08X:0050", 0U, 0U, 0U, one);
  CHECK(parse_socket_address(six) == "[::1]:80");
  (void)std::snprintf(six, sizeof six, "%08X%08X%08X%08X:0050", 0U, 0U, ::htonl(0xffff), loopback);
  CHECK(parse_socket_address(six) == "127.0.0.1:80");
  for (const char* text : {"", ":", "0100007F", "01:50"}) CHECK(parse_socket_address(text).empty());
}

// A child that runs a function, below a process that is the root of the snapshot.
class Looked {
 public:
  template <class Run>
  explicit Looked(Run run) {
    auto pipe = make_pipe();
    REQUIRE(pipe.has_value());
    root_ = fork_child([&] {
      const pid_t child = ::fork();
      if (child == 0) {
        reset_signals();
        bound_life();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        run();
        wait_to_be_killed();
      }
      tell(pipe->writer.get(), child);
      wait_to_be_killed();
      return 0;
    });
    child_ = hear<pid_t>(pipe->reader.get());
  }
  ~Looked() {
    ::kill(child_, SIGKILL);
    ::kill(root_, SIGKILL);
    (void)status_of(root_);
  }

  // Takes snapshots until the condition holds: the child may not have reached its state yet.
  template <class Condition>
  ProcessEvidence until(Condition condition, const std::optional<CpuLook>& before = {}) const {
    const auto end = steady_clock::now() + 20s;
    while (true) {
      auto snapshot = take_snapshot(root_, child_, before, steady_clock::now() + 20s);
      auto& seen = snapshot.evidence.processes;
      REQUIRE(seen.size() == 1);
      REQUIRE(snapshot.tree == std::vector<pid_t>{child_});
      if (condition(seen.front()) || steady_clock::now() > end) return std::move(seen.front());
    }
  }

  pid_t root() const { return root_; }
  pid_t child() const { return child_; }

 private:
  pid_t root_ = -1;
  pid_t child_ = -1;
};

bool in_call(const ProcessEvidence& process, std::string_view call) {
  return process.call == call && process.state == ProcessState::sleeping;
}

TEST_CASE("snapshot: a sleeping process") {
  const Looked looked([] {
    constexpr timespec kLong{30, 0};
    (void)::nanosleep(&kLong, nullptr);
  });
  // In a young process, one tick of CPU time is its whole life.
  const auto seen = looked.until([](const auto& each) {
    return each.call.ends_with("nanosleep") && each.state == ProcessState::sleeping && each.age > 500ms;
  });
  CHECK(seen.pid == looked.child());
  CHECK(seen.parent == looked.root());
  CHECK(seen.state == ProcessState::sleeping);
  CHECK(seen.letter == 'S');
  CHECK(seen.call.ends_with("nanosleep"));
  CHECK(seen.cpu_percent < 50);
  CHECK(seen.rss_bytes > 0);
  CHECK(seen.threads == 1);
  CHECK(seen.age < 30s);
  CHECK(seen.files_known);
  CHECK(seen.files >= 3);
  CHECK_FALSE(seen.command.empty());
}

TEST_CASE("snapshot: a process that reads a pipe, and the pipe") {
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  const Looked looked([&] {
    char byte = 0;
    (void)!::read(pipe->reader.get(), &byte, 1);
  });
  const auto seen = looked.until([](const auto& each) { return in_call(each, "read"); });
  REQUIRE(seen.file.has_value());
  CHECK(seen.file->kind == FileKind::pipe);
  CHECK(seen.file->number == pipe->reader.get());
  CHECK(seen.file->target.starts_with("pipe:["));
}

TEST_CASE("snapshot: a process that waits on a connection, and the peer") {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listener.get(), plain, size) == 0);
  REQUIRE(::listen(listener.get(), 1) == 0);
  REQUIRE(::getsockname(listener.get(), plain, &size) == 0);
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(client.get(), plain, size) == 0);
  const Looked looked([&] {
    char byte = 0;
    (void)!::recv(client.get(), &byte, 1, 0);
  });
  const auto seen = looked.until([](const auto& each) { return in_call(each, "recvfrom"); });
  const std::string where = "127.0.0.1:" + std::to_string(::ntohs(address.sin_port));
  CHECK(seen.file == model::OpenFile{client.get(), FileKind::connection, where});
  CHECK(seen.sockets == 2);
  CHECK(FileLook().file_of(looked.child(), listener.get()) ==
        model::OpenFile{listener.get(), FileKind::listener, where});
}

TEST_CASE("snapshot: the CPU use of a process since the previous sample") {
  const Looked looked([] {
    for (;;) (void)::getppid();
  });
  const CpuLook before = look_at_cpu(looked.root());
  REQUIRE(before.used.contains(looked.child()));
  // A shared machine may give it little CPU time, but it uses all it gets.
  const auto seen =
      looked.until([](const auto& each) { return each.cpu_span > 100ms && each.cpu_percent > 5; }, before);
  CHECK(seen.cpu_percent > 5);
  CHECK(seen.cpu_span > 100ms);
  CHECK(seen.cpu > 0ms);
}

TEST_CASE("snapshot: the usage of an earlier process with the same pid is not counted") {
  const Looked looked([] {});
  CpuLook before{.taken = steady_clock::now() - 1s, .used = {}};
  before.used.emplace(looked.child(), CpuLook::Used{.born = 1ms, .cpu = 0ms});
  const auto seen = looked.until([](const auto&) { return true; }, before);
  CHECK(seen.cpu_span == seen.age);
}

TEST_CASE("snapshot: a large tree is listed in part and counted in whole, always with the leader") {
  constexpr int kCount = 300;
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  const pid_t root = fork_child([&] {
    pid_t last = 0;
    for (int i = 0; i < kCount; ++i) {
      last = ::fork();
      if (last == 0) {
        reset_signals();
        bound_life();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        wait_to_be_killed();
      }
    }
    tell(pipe->writer.get(), last);
    wait_to_be_killed();
    return 0;
  });
  const auto last = hear<pid_t>(pipe->reader.get());
  const auto snapshot = take_snapshot(root, last - 1, {}, steady_clock::now() + 20s);
  ::kill(root, SIGKILL);
  (void)status_of(root);
  CHECK(snapshot.tree.size() == kCount);
  CHECK(snapshot.evidence.processes.size() == 32);
  CHECK(snapshot.evidence.more == kCount - 32);
  CHECK(std::ranges::count(snapshot.evidence.processes, last, &ProcessEvidence::pid) == 1);
}

TEST_CASE("snapshot: processes past the deadline are only counted, except the first") {
  const Looked looked([] {
    if (::fork() == 0) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  });
  const auto end = steady_clock::now() + 20s;
  auto snapshot = take_snapshot(looked.root(), looked.child(), {}, steady_clock::now() - 1ms);
  while (snapshot.tree.size() < 2 && steady_clock::now() < end) {
    snapshot = take_snapshot(looked.root(), looked.child(), {}, steady_clock::now() - 1ms);
  }
  REQUIRE(snapshot.evidence.processes.size() == 1);
  CHECK(snapshot.evidence.processes.front().pid == looked.child());
  CHECK(snapshot.evidence.more == 1);
  CHECK(snapshot.tree.size() == 2);
}

TEST_CASE("snapshot: below a dead process there is nothing") {
  const pid_t gone = fork_child([] { return 0; });
  (void)status_of(gone);
  const auto snapshot = take_snapshot(gone, gone, {}, steady_clock::now() + 20s);
  CHECK(snapshot.evidence.processes.empty());
  CHECK(snapshot.evidence.more == 0);
}

}  // namespace
}  // namespace oversee::os
