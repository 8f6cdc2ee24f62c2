// Lists the open files of a process: paths, pipes and the peers of its connections.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/evidence.hpp"

namespace oversee::os {

struct OpenFiles {
  bool known = false;  // false: not readable, as of another user's process
  int count = 0;
  int sockets = 0;  // among the first 64 descriptors
  std::vector<model::OpenFile> first;
};

// Inspects several processes. Reads the kernel's lists of connections once per network namespace, and only if a process
// has an open socket.
class FileLook {
 public:
  OpenFiles files_of(pid_t pid);
  // One descriptor; the kind is `other` if it cannot be read.
  model::OpenFile file_of(pid_t pid, int number);

 private:
  struct Peer {
    model::FileKind kind;
    std::string address;
  };
  using Peers = std::unordered_map<std::uint64_t, Peer>;  // keyed by the socket's inode

  const Peers& peers_of(pid_t pid);
  static void read_peers(const std::string& path, Peers& peers);

  std::unordered_map<std::string, Peers> networks_;  // keyed by the target of /proc/PID/ns/net
};

// Converts an address from /proc/net/tcp or tcp6: "0100007F:01BB" becomes "127.0.0.1:443"; IPv6 has 32 digits and
// becomes "[::1]:443".
std::string parse_socket_address(std::string_view hex);

}  // namespace oversee::os
