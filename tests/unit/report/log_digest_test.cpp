// Tests the last lines and the first error, read back from a log.
#include "report/log_digest.hpp"

#include <doctest/doctest.h>

namespace oversee::report {
namespace {

using model::Stream;

Digest digest(std::string_view log, bool raw = false, std::size_t chunk = 7) {
  LogDigest reader(raw, [](const SpilledPart& part, const LogView::Print& take) {
    if (part.stream == Stream::out) take("spilled one\nspilled two\n");
  });
  for (std::size_t at = 0; at < log.size(); at += chunk) reader.read(log.substr(at, chunk));
  return reader.take();
}

constexpr std::string_view kLog =
    "# oversee 0.1.0  run 20261123-121659-k3fa\n"
    "# attempt   1 of 2  pid 7\n"
    "    0.001 err| a.c:1: error: of the first attempt\n"
    "# attempt   1 failed: exit 2 after 12.0s\n"
    "# attempt   2 of 2  pid 8\n"
    "    0.001 out| one\x1b[31m\n"
    "    0.002 err| b.c:1: error: it is here\n"
    "    0.003 out: no newline\n"
    "# attempt   2 failed: exit 2 after 12.0s\n";

TEST_CASE("log digest: the last attempt, plain, with its streams") {
  const Digest found = digest(kLog);
  CHECK(found.last == std::vector<DigestLine>{{Stream::out, "one"},
                                              {Stream::err, "b.c:1: error: it is here"},
                                              {Stream::out, "no newline"}});
  CHECK(found.first_error == DigestLine{Stream::err, "b.c:1: error: it is here"});
}

TEST_CASE("log digest: spilled output comes after the rest of its stream") {
  const std::string log = std::string(kLog) + "# spilled   20 bytes, 2 lines of stdout: from byte 0 of /x\n";
  const Digest found = digest(log);
  REQUIRE(found.last.size() >= 2);
  CHECK(found.last.back() == DigestLine{Stream::out, "spilled two"});
}

TEST_CASE("log digest: a raw log is only output") {
  const Digest found = digest("# attempt   1 of 1\nfatal: no\n", true);
  CHECK(found.last == std::vector<DigestLine>{{Stream::out, "# attempt   1 of 1"}, {Stream::out, "fatal: no"}});
  CHECK(found.first_error == DigestLine{Stream::out, "fatal: no"});
}

TEST_CASE("log digest: an empty log has an empty digest") {
  CHECK(digest("").last.empty());
  CHECK(digest("# attempt   1 of 1  pid 7\n").last.empty());
}

}  // namespace
}  // namespace oversee::report
