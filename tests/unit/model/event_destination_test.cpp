// Tests destinations of events in the user's notation.
#include "model/event_destination.hpp"

#include <doctest/doctest.h>

#include <array>

namespace oversee::model {
namespace {

using Kind = EventDestination::Kind;

TEST_CASE("event destination: accepted forms") {
  struct Row {
    std::string_view text;
    Kind kind;
    std::string_view path;
    int descriptor;
  };
  for (const Row& row :
       std::array{Row{"events.jsonl", Kind::file, "events.jsonl", -1}, Row{"./fd:3", Kind::file, "./fd:3", -1},
                  Row{"fd", Kind::file, "fd", -1}, Row{"/dev/null", Kind::file, "/dev/null", -1},
                  Row{"fd:3", Kind::descriptor, "", 3}, Row{"fd:1023", Kind::descriptor, "", 1023},
                  Row{"unix:/run/x.sock", Kind::socket, "/run/x.sock", -1}, Row{"unix:a:b", Kind::socket, "a:b", -1}}) {
    CAPTURE(row.text);
    const auto read = parse_event_destination(row.text);
    REQUIRE(read);
    CHECK(read->kind == row.kind);
    CHECK(read->path == row.path);
    CHECK(read->descriptor == row.descriptor);
    CHECK(read->written == row.text);
  }
}

TEST_CASE("event destination: refused forms and their errors") {
  struct Row {
    std::string_view text, allowed;
  };
  for (const Row& row : std::array{Row{"", "a file"}, Row{"fd:0", "fd:3 or more"}, Row{"fd:1", "the command's alone"},
                                   Row{"fd:2", "the command's alone"}, Row{"fd:", "fd:N"}, Row{"fd:x", "fd:N"},
                                   Row{"fd:-3", "fd:N"}, Row{"fd:+3", "fd:N"}, Row{"fd:3x", "fd:N"},
                                   Row{"fd: 3", "fd:N"}, Row{"fd:99999999999", "fd:N"}, Row{"unix:", "unix:PATH"}}) {
    CAPTURE(row.text);
    const auto read = parse_event_destination(row.text);
    REQUIRE_FALSE(read);
    CHECK(read.error().read == row.text);
    CHECK(read.error().allowed.find(row.allowed) != std::string::npos);
  }
}

}  // namespace
}  // namespace oversee::model
