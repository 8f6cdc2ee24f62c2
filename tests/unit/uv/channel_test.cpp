// Tests channels on a real loop: what a peer wrote before it closed is read, whatever is sent to it meanwhile.
#include "uv/channel.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <string_view>

#include "os/descriptor.hpp"

namespace oversee::uv {
namespace {

struct Listener {
  explicit Listener(int fd)
      : channel(loop, fd, {[this](std::string_view bytes) { text += bytes; }, [this] { ++ends; }}) {}

  Loop loop;
  std::string text;
  int ends = 0;
  Channel channel;
};

// oversee blocks the signal, too.
struct WithoutSigpipe {
  WithoutSigpipe() : before(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutSigpipe() { std::signal(SIGPIPE, before); }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  void (*before)(int);
};

TEST_CASE("channel: the last bytes of a peer that has closed precede its end") {
  const WithoutSigpipe ignored;
  for (const bool sends : {false, true}) {
    CAPTURE(sends);
    auto sockets = os::make_socket_pair();
    REQUIRE(sockets.has_value());
    auto& [ours, theirs] = *sockets;
    Listener listener(ours.release());
    REQUIRE(os::write_fully(theirs.get(), "the last report"));
    theirs.reset();
    if (sends) listener.channel.send("a request that nobody reads");
    listener.loop.run();
    CHECK(listener.text == "the last report");
    CHECK(listener.ends == 1);
  }
}

}  // namespace
}  // namespace oversee::uv
