// Identifies the machine, boot and namespaces from /proc and /etc.
#include "os/own_place.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "os/host.hpp"
#include "os/kernel_text.hpp"

namespace oversee::os {
namespace {

// /proc/self refers to this process even if /proc belongs to another PID namespace.
std::optional<std::uint64_t> own_namespace(const char* path) {
  struct stat status {};
  if (::stat(path, &status) != 0) return {};
  return status.st_ino;
}

std::string_view first_line(const char* path, std::span<char> buffer) {
  const std::string_view text = read_once(path, buffer);
  return text.substr(0, text.find('\n'));
}

// FNV-1a. machine-id(5) asks programs not to disclose the id, and records are copied into reports.
std::string hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

model::RunPlace read_place() {
  std::array<char, 128> buffer;
  model::RunPlace place;
  place.host = host_name();
  const std::string_view machine = first_line("/etc/machine-id", buffer);
  // An image that has not been booted contains "uninitialized".
  if (!machine.empty() && machine != "uninitialized") place.machine = hash_of(machine);
  place.boot_id = first_line("/proc/sys/kernel/random/boot_id", buffer);
  place.pid_namespace = own_namespace("/proc/self/ns/pid");
  place.time_namespace = own_namespace("/proc/self/ns/time");
  return place;
}

}  // namespace

const model::RunPlace& own_place() {
  static const model::RunPlace place = read_place();
  return place;
}

}  // namespace oversee::os
