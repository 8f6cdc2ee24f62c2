// What a process has open: paths, pipes, and where its connections lead.
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
  bool known = false;  // else they are another user's
  int count = 0;
  int sockets = 0;  // among those that were looked at
  std::vector<model::OpenFile> first;
};

// Looks at several processes; the kernel's lists of connections are read once for each network that they live in, and
// only where one of them has a socket open.
class FileLook {
 public:
  OpenFiles files_of(pid_t pid);
  // One of them; with the kind `other` where it cannot be known.
  model::OpenFile file_of(pid_t pid, int number);

 private:
  struct Peer {
    model::FileKind kind;
    std::string address;
  };
  using Peers = std::unordered_map<std::uint64_t, Peer>;  // by the socket's inode

  const Peers& peers_of(pid_t pid);
  static void read_peers(const std::string& path, Peers& peers);

  std::unordered_map<std::string, Peers> networks_;  // by the link of the namespace
};

// "0100007F:01BB", as the lists in /proc/net have it, IPv6 with 32 digits: "127.0.0.1:443", "[::1]:443".
std::string parse_socket_address(std::string_view hex);

}  // namespace oversee::os
