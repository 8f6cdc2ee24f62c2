// show_state [FILE [ARG]...]: writes the state that this process started with, one "key: value" per line, to FILE or
// stdout ("-").
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "helper.hpp"

namespace {

std::string link_target(const std::string& path) {
  char target[4096];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  return length < 0 ? "?" : std::string(target, static_cast<std::size_t>(length));
}

std::vector<int> open_descriptors() {
  std::vector<int> list;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) helper::give_up();
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    const int fd = helper::number(entry->d_name);
    if (fd != ::dirfd(directory)) list.push_back(fd);
  }
  ::closedir(directory);
  std::ranges::sort(list);
  return list;
}

std::string state(int argc, char** argv) {
  std::string text;
  const auto line = [&](std::string_view key, const auto& value) { text += fmt::format("{}: {}\n", key, value); };
  for (int i = 0; i < argc; ++i) line(fmt::format("arg {}", i), argv[i]);
  line("cwd", link_target("/proc/self/cwd"));
  line("pid", ::getpid());
  line("ppid", ::getppid());
  line("group", ::getpgrp());
  line("session", ::getsid(0));
  line("nice", ::getpriority(PRIO_PROCESS, 0));
  std::ifstream status("/proc/self/status");
  for (std::string each; std::getline(status, each);) {
    for (const std::string_view wanted : {"Umask:", "SigBlk:", "SigIgn:"}) {
      if (each.starts_with(wanted)) line(wanted.substr(0, wanted.size() - 1), each.substr(wanted.size() + 1));
    }
  }
  status.close();
  for (const int fd : open_descriptors()) {
    line(fmt::format("fd {}", fd), link_target(fmt::format("/proc/self/fd/{}", fd)));
    if (fd > 2) continue;
    line(fmt::format("isatty {}", fd), ::isatty(fd) == 1);
    line(fmt::format("nonblocking {}", fd), (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  }
  for (char** each = ::environ; *each != nullptr; ++each) line("env", *each);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  const std::string text = state(argc, argv);
  const std::string file = argc > 1 ? argv[1] : "-";
  if (file == "-") {
    helper::say(text);
  } else {
    std::ofstream(file) << text;
  }
}
