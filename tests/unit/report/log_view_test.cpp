// Tests the views of a log: streams, plain text, last lines, and the sentence about missing output.
#include "report/log_view.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace oversee::report {
namespace {

using model::Stream;

constexpr std::string_view kLog =
    "# attempt   1 of 1  pid 7\n"
    "    0.001 out| one\x1b[31m\n"
    "    0.002 err: half \x1b[3\n"
    "    0.003 out| two\n"
    "    0.004 err| 1mred\n"
    "# attempt   1 completed: exit 0 after 4ms\n";

// The spilled part of stdout is "0123456789"; that of stderr is missing.
void read_made_up(const SpilledPart& part, const LogView::Print& take) {
  if (part.stream == Stream::err) return;
  const std::string_view file = "0123456789";
  for (const char& byte : file.substr(std::min<std::size_t>(part.offset, file.size()), part.bytes)) take({&byte, 1});
}

struct Shown {
  std::string text;
  std::optional<std::string> missing;
};

Shown show(std::string_view log, LogChoice choice, LogView::Size skip = {}, std::size_t chunk = 7) {
  Shown shown;
  LogView view(
      choice, [&](std::string_view bytes) { shown.text += bytes; }, read_made_up);
  view.skip(skip);
  for (std::size_t at = 0; at < log.size(); at += chunk) view.read(log.substr(at, chunk));
  view.finish();
  shown.missing = view.missing();
  return shown;
}

std::string tail(std::string_view log, LogChoice choice, std::uint64_t lines) {
  TailCount count;
  LogView view(
      choice, [&](std::string_view bytes) { count.count(bytes); }, read_made_up);
  view.read(log);
  view.finish();
  return show(log, choice, count.all_but(lines)).text;
}

TEST_CASE("log view: the log as it is") { CHECK(show(kLog, {}).text == kLog); }

TEST_CASE("log view: the bytes of one stream, or of both in order") {
  CHECK(show(kLog, {.out = true}).text == "one\x1b[31m\ntwo\n");
  CHECK(show(kLog, {.err = true}).text == "half \x1b[31mred\n");
  CHECK(show(kLog, {.out = true, .err = true}).text == "one\x1b[31m\nhalf \x1b[3two\n1mred\n");
}

TEST_CASE("log view: each line as JSON") {
  const std::string attempt = R"({"note":"attempt","text":"1 of 1  pid 7"})"
                              "\n";
  const std::string out = R"({"time_ms":1,"stream":"stdout","text":"one\u001b[31m\n"})"
                          "\n";
  const std::string half = R"({"time_ms":2,"stream":"stderr","text":"half \u001b[3"})"
                           "\n";
  const std::string two = R"({"time_ms":3,"stream":"stdout","text":"two\n"})"
                          "\n";
  const std::string red = R"({"time_ms":4,"stream":"stderr","text":"1mred\n"})"
                          "\n";
  const std::string ended = R"({"note":"attempt","text":"1 completed: exit 0 after 4ms"})"
                            "\n";
  CHECK(show(kLog, {.json = true}).text == attempt + out + half + two + red + ended);
  CHECK(show(kLog, {.out = true, .json = true}).text == out + two);
  CHECK(tail(kLog, {.json = true}, 2) == red + ended);
  CHECK(show(kLog, {.out = true, .plain = true, .json = true}).text ==
        R"({"time_ms":1,"stream":"stdout","text":"one\n"})"
        "\n" +
            two);
}

TEST_CASE("log view: as JSON, long lines are split between characters, other bytes are base64") {
  const std::string umlaut = "\xc3\xa4";
  std::string line(8191, 'x');
  const std::string log = "   12.345 out: " + line + umlaut + "\n    0.002 err| \xff\n   # damaged";
  const std::string shown = show(log, {.json = true}, {}, 5).text;
  CHECK(shown == R"({"time_ms":12345,"stream":"stdout","text":")" + line + "\"}\n" +
                     R"({"time_ms":12345,"stream":"stdout","text":")" + umlaut + "\"}\n" +
                     R"({"time_ms":2,"stream":"stderr","base64":"/wo="})" + "\n");
}

TEST_CASE("log view: as JSON, an impossible time is omitted") {
  for (const char* seconds : {"9223372037", "9223372036854775807", "99999999999999999999"}) {
    CHECK(show(std::string(seconds) + ".999 out| x\n", {.json = true}).text == R"({"stream":"stdout","text":"x\n"})"
                                                                               "\n");
  }
  // A damaged line has no time either.
  CHECK(show("-99999972036857903.999 t| x\n    0.-12 out| x\n", {.json = true}).text.empty());
}

TEST_CASE("log view: as JSON, spilled output has no time") {
  CHECK(
      show("    0.001 out| a\n# spilled   3 bytes, 0 lines of stdout: from byte 2 of /x\n", {.out = true, .json = true})
          .text == R"({"time_ms":1,"stream":"stdout","text":"a\n"})"
                   "\n"
                   R"({"stream":"stdout","text":"234"})"
                   "\n");
}

TEST_CASE("log view: escape sequences are removed per stream") {
  CHECK(show(kLog, {.out = true, .plain = true}).text == "one\ntwo\n");
  CHECK(show(kLog, {.err = true, .plain = true}).text == "half red\n");
  CHECK(show(kLog, {.out = true, .err = true, .plain = true}).text == "one\nhalf two\nred\n");
  CHECK(show(kLog, {.plain = true}).text ==
        "# attempt   1 of 1  pid 7\n"
        "    0.001 out| one\n"
        "    0.002 err: half \n"
        "    0.003 out| two\n"
        "    0.004 err| red\n"
        "# attempt   1 completed: exit 0 after 4ms\n");
}

TEST_CASE("log view: plain, a buffered byte stays in its line") {
  const std::string log = "    0.001 out: \xc2\n    0.002 err| x\n    0.003 out| \xa9\n";
  CHECK(show(log, {.plain = true}).text == "    0.001 out: ?\n    0.002 err| x\n    0.003 out| ?\n");
  CHECK(show(log, {.out = true, .plain = true}).text == "\xc2\xa9\n");
}

TEST_CASE("log view: plain, the result is harmless") {
  const std::string log = "    0.001 out| a\u202eb\u200bc\xff\u009b\a\b\tä\r\n";
  CHECK(show(log, {.plain = true}).text == "    0.001 out| a?b?c???\tä\r\n");
  CHECK(show(log, {.out = true, .plain = true}).text == "a?b?c???\tä\r\n");
  CHECK(show(log, {.out = true}).text == "a\u202eb\u200bc\xff\u009b\a\b\tä\r\n");
}

TEST_CASE("log view: plain, an unfinished sequence hides no other line") {
  const std::string log = "    0.001 out| \x1b]0;hidden\n# status    failed\n    0.002 out| shown\n";
  CHECK(show(log, {.plain = true}).text == "    0.001 out| \n# status    failed\n    0.002 out| shown\n");
}

TEST_CASE("log view: the last lines") {
  CHECK(tail(kLog, {}, 2) == "    0.004 err| 1mred\n# attempt   1 completed: exit 0 after 4ms\n");
  CHECK(tail(kLog, {.out = true}, 1) == "two\n");
  CHECK(tail(kLog, {.out = true}, 2) == "one\x1b[31m\ntwo\n");
  CHECK(tail(kLog, {.out = true}, 1000) == "one\x1b[31m\ntwo\n");
  CHECK(tail(kLog, {.out = true}, 0).empty());
  CHECK(tail(kLog, {.err = true, .plain = true}, 1) == "half red\n");
  CHECK(tail("    0.001 out| a\n    0.002 out: b\n", {.out = true}, 1) == "b");
  CHECK(tail("", {.out = true}, 3).empty());
}

TEST_CASE("log view: the last lines of any text are its end") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    std::string log;
    for (std::size_t i = random() % 12; i > 0; --i) {
      const std::string piece(random() % 4, static_cast<char>('a' + random() % 26));
      const bool whole = random() % 3 != 0;
      text += piece + (whole ? "\n" : "");
      log += "    0.001 out" + std::string(whole ? "| " : ": ") + piece + '\n';
    }
    const std::uint64_t lines = random() % 6;
    CAPTURE(text);
    CAPTURE(lines);
    std::size_t start = text.size();
    for (std::uint64_t left = lines; left > 0 && start > 0; --left) {
      start = start == 1 ? 0 : text.rfind('\n', start - 2) + 1;  // npos + 1 is 0
    }
    REQUIRE(tail(log, {.out = true}, lines) == text.substr(start));
  }
}

TEST_CASE("log view: with zero last lines, the rest of an unfinished line is shown") {
  const std::string before = "    0.001 out| a\n    0.002 out: b";
  TailCount count;
  LogView counting(
      {.out = true}, [&](std::string_view bytes) { count.count(bytes); }, read_made_up);
  counting.read(before);
  CHECK(show(before + "c\n    0.003 out| d\n", {.out = true}, count.all_but(0)).text == "cd\n");
}

TEST_CASE("log view: omitted output is reported") {
  const std::string log =
      "    0.001 out| a\n"
      "# omitted   12MiB, 88123 lines of stdout\n"
      "    0.002 out| b\n"
      "# omitted   3B, 1 lines of stderr\n"
      "# attempt   1 failed: exit 1 after 2ms\n"
      "# omitted   4.0MiB, 7 lines of stdout\n"
      "    0.003 out| c\n";
  CHECK(show(log, {.out = true}).missing ==
        "this is not all: the log leaves out 16MiB, 88130 lines of stdout (--max-output)");
  CHECK(show(log, {.err = true}).missing == "this is not all: the log leaves out 3B, 1 lines of stderr (--max-output)");
  CHECK(show(log, {.out = true, .err = true}).missing->find("88130 lines of stdout and 3B, 1 lines of stderr") !=
        std::string::npos);
  CHECK_FALSE(show(log, {}).missing.has_value());  // the log itself contains the note
  CHECK_FALSE(show(kLog, {.out = true, .err = true}).missing.has_value());
}

TEST_CASE("log view: output omitted before the last lines is not reported") {
  const std::string log =
      "    0.001 out| a\n# omitted   12MiB, 88123 lines of stdout\n    0.002 out| b\n    0.002 out| c\n";
  CHECK_FALSE(show(log, {.out = true}, {.lines = 2}).missing.has_value());
  CHECK(show(log, {.out = true}, {.lines = 0}).missing.has_value());
}

TEST_CASE("log view: spilled output appears in its place, and missing output is reported") {
  const std::string log =
      "    0.001 out| a\n"
      "    0.002 err| e\n"
      "# spilled   4 bytes, 0 lines of stdout: from byte 0 of /x/ID.stdout\n"
      "# attempt   1 failed: exit 1 after 2ms\n"
      "    0.003 out: b\n"
      "# spilled   6 bytes, 0 lines of stdout: from byte 4 of /x/ID.stdout\n"
      "# spilled   7 bytes, 1 lines of stderr: from byte 0 of /x/ID.stderr\n";
  CHECK(show(log, {.out = true}).text == "a\n0123b456789");
  CHECK_FALSE(show(log, {.out = true}).missing.has_value());
  CHECK(show(log, {.err = true}).text == "e\n");
  CHECK(show(log, {.err = true}).missing == "this is not all: the files of what was spilled lack 7 bytes of stderr");
  CHECK(show(log, {}).text == log);
  CHECK_FALSE(show(log, {}).missing.has_value());
  CHECK(tail(log, {.out = true}, 1) == "0123b456789");
  const std::string cut =
      "# omitted   2KiB, 3 lines of stdout\n# spilled   9 bytes, 0 lines of stdout: from byte 6 of /x\n";
  CHECK(show(cut, {.out = true}).text == "6789");
  CHECK(show(cut, {.out = true}).missing ==
        "this is not all: the log leaves out 2.0KiB, 3 lines of stdout (--max-output); the files of what was spilled "
        "lack 5 "
        "bytes of stdout");
}

TEST_CASE("log view: a raw log, unchanged or plain") {
  const std::string log = "no stamps\x1b[31m\n# omitted   2KiB, 3 lines of stdout\nrest";
  CHECK(show(log, {.raw = true}).text == log);
  CHECK(show(log, {.plain = true, .raw = true}).text == "no stamps\n# omitted   2KiB, 3 lines of stdout\nrest");
  CHECK(tail(log, {.raw = true}, 1) == "rest");
}

}  // namespace
}  // namespace oversee::report
