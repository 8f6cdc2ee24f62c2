// Tests the guard's side of its socket: what the front sent before it closed is read, whatever was told to it
// meanwhile.
#include "guard/front_link.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <variant>

#include "os/descriptor.hpp"

namespace oversee::guard {
namespace {

// The guard blocks the signal.
struct WithoutSigpipe {
  WithoutSigpipe() : before(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutSigpipe() { std::signal(SIGPIPE, before); }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  void (*before)(int);
};

TEST_CASE("front link: the last requests of a front that has closed precede its end") {
  const WithoutSigpipe ignored;
  for (const bool tells : {false, true}) {
    CAPTURE(tells);
    auto sockets = os::make_socket_pair();
    REQUIRE(sockets.has_value());
    auto& [ours, theirs] = *sockets;
    FrontLink link(ours.release());
    REQUIRE(os::write_fully(theirs.get(), encode(Request(ReleaseRecord{}))));
    theirs.reset();
    if (tells) link.tell(KillProgressed{});
    REQUIRE_FALSE(link.gone());
    link.read();
    const auto request = link.next();
    REQUIRE(request.has_value());
    CHECK(std::holds_alternative<ReleaseRecord>(*request));
    CHECK_FALSE(link.gone());
    link.read();
    CHECK(link.gone());
  }
}

}  // namespace
}  // namespace oversee::guard
