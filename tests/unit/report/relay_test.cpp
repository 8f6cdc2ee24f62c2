// Tests the relay: bytes reach the right sink unchanged, and a full sink pauses only its own streams.
#include "report/relay.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "made_up_run.hpp"

namespace oversee::report {
namespace {

using model::OutputArrived;
using model::Stream;

class LimitedSink final : public model::ByteSink {
 public:
  bool write(std::string_view bytes) override {
    text += bytes;
    return !full;
  }
  bool idle() const override { return true; }

  std::string text;
  bool full = false;
};

struct Shown {
  explicit Shown(bool one_sink = false)
      : relay(out, one_sink ? out : err, [this](Stream stream) { paused.push_back(stream); }) {}

  void tell(Stream stream, std::string_view bytes) { relay.on(OutputArrived{stream, bytes}, after({})); }

  LimitedSink out;
  LimitedSink err;
  std::vector<Stream> paused;
  Relay relay;
};

TEST_CASE("relay: each stream reaches its sink unchanged") {
  Shown shown;
  const std::string bytes("a\0\r\n\xff# x\n", 9);
  shown.tell(Stream::out, bytes);
  shown.tell(Stream::err, "warning");
  shown.tell(Stream::out, "b");
  CHECK(shown.out.text == bytes + "b");
  CHECK(shown.err.text == "warning");
  CHECK(shown.paused.empty());
}

TEST_CASE("relay: streams that share a sink keep their order") {
  Shown shown(true);
  shown.tell(Stream::out, "1");
  shown.tell(Stream::err, "2");
  shown.tell(Stream::out, "3");
  CHECK(shown.out.text == "123");
  CHECK(shown.err.text.empty());
}

TEST_CASE("relay: a full sink pauses its stream, and has taken all bytes") {
  Shown shown;
  shown.err.full = true;
  shown.tell(Stream::out, "o");
  CHECK(shown.paused.empty());
  shown.tell(Stream::err, "e");
  CHECK((shown.paused == std::vector{Stream::err}));
  CHECK(shown.err.text == "e");
  shown.err.full = false;
  shown.tell(Stream::err, "f");
  CHECK(shown.paused.size() == 1);
}

TEST_CASE("relay: one full shared sink pauses both streams") {
  for (const Stream stream : {Stream::out, Stream::err}) {
    Shown shown(true);
    shown.out.full = true;
    shown.tell(stream, "x");
    CHECK((shown.paused == std::vector{Stream::out, Stream::err}));
  }
}

TEST_CASE("relay: other events show nothing") {
  Shown shown;
  const model::RunInfo info = made_up_run();
  const std::vector attempts{made_up_exit(0)};
  shown.relay.on(model::RunStarted{&info}, info.started);
  shown.relay.on(model::AttemptStarted{1, 7}, after({}));
  shown.relay.on(model::Stopping{model::Status::timed_out, 15}, after({}));
  shown.relay.on(model::AttemptFinished{attempts.data()}, after({}));
  tell_end(shown.relay, info, attempts);
  CHECK(shown.out.text.empty());
  CHECK(shown.err.text.empty());
  CHECK(shown.paused.empty());
}

}  // namespace
}  // namespace oversee::report
