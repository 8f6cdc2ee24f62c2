// Tests buffered output: shown in order, bounded, and with lost bytes counted.
#include "report/held_output.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "made_up_run.hpp"

namespace oversee::report {
namespace {

using model::Stream;

class TextScratch final : public model::Scratch {
 public:
  bool append(std::string_view bytes) override {
    if (text.size() + bytes.size() > room) {
      errno = ENOSPC;
      return false;
    }
    text += bytes;
    return true;
  }
  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    return offset >= text.size() ? 0 : text.copy(into.data(), into.size(), offset);
  }
  void clear() override { text.clear(); }

  std::string text;
  std::size_t room = 1'000'000;
};

struct Held {
  explicit Held(std::optional<std::uint64_t> most)
      : output(most, {.make_files = [this] { return make_files(); },
                      .show =
                          [this](Stream stream, auto bytes) {
                            shown += (stream == Stream::out ? "out:" : "err:") + std::string(bytes) + ' ';
                            (stream == Stream::out ? out : err) += bytes;
                            return taken_before_full == 0 || --taken_before_full > 0;
                          },
                      .show_gap =
                          [this](std::uint64_t bytes) {
                            gap = bytes;
                            at_gap = out.size();
                            return true;
                          }}) {
    output.on(model::AttemptStarted{1, 1}, after({}));
  }

  model::Result<HeldOutput::Files> make_files() {
    ++files_made;
    if (no_files != 0) return std::unexpected(model::Failure{"make a temporary file", no_files, {}, {}});
    HeldOutput::Files files;
    for (std::size_t i = 0; i < files.size(); ++i) {
      auto file = std::make_unique<TextScratch>();
      file->room = room;
      scratch[i] = file.get();
      files[i] = std::move(file);
    }
    return files;
  }
  void write(Stream stream, std::string_view bytes) { output.on(model::OutputArrived{stream, bytes}, after({})); }

  std::array<TextScratch*, 3> scratch{};
  std::size_t room = 1'000'000;
  int no_files = 0;  // an errno
  int files_made = 0;
  std::string shown, out, err;
  std::uint64_t gap = 0;
  std::size_t at_gap = 0;
  int taken_before_full = 0;  // 0: never full
  HeldOutput output;
};

constexpr std::size_t kInMemory = 64 * 1024;

std::string lines_up_to(int last) {
  std::string text;
  for (int i = 0; i < last; ++i) text += std::to_string(i) + '\n';
  return text;
}

TEST_CASE("held output: both streams in order") {
  Held held({});
  held.write(Stream::out, "one");
  held.write(Stream::err, "two");
  held.write(Stream::out, "three");
  CHECK(held.output.release());
  CHECK(held.shown == "out:one err:two out:three ");
}

TEST_CASE("held output: output that the sink refuses is shown later, once") {
  Held held({});
  for (const char* each : {"a", "c"}) {
    held.write(Stream::out, each);
    held.write(Stream::err, each);
  }
  held.taken_before_full = 1;
  CHECK_FALSE(held.output.release());
  CHECK(held.shown == "out:a ");
  held.taken_before_full = 2;
  CHECK_FALSE(held.output.release());
  held.taken_before_full = 0;
  CHECK(held.output.release());
  CHECK(held.shown == "out:a err:a out:c err:c ");
  CHECK(held.output.release());
  CHECK(held.shown == "out:a err:a out:c err:c ");
}

TEST_CASE("held output: small output needs no file; large output comes back whole") {
  Held held({});
  std::string whole(2 * kInMemory, 'x');
  for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<char>(i * 7);
  held.write(Stream::err, whole);
  CHECK(held.files_made == 0);
  for (int i = 0; i < 3; ++i) {
    held.write(Stream::err, whole);
    held.write(Stream::out, "between");
  }
  CHECK(held.files_made == 1);
  CHECK(held.output.release());
  CHECK(held.err == whole + whole + whole + whole);
  CHECK(held.out == "betweenbetweenbetween");
  CHECK_FALSE(held.output.failure());
}

TEST_CASE("held output: bounded to its start and end, with a count of the rest") {
  for (const std::uint64_t most : {10ULL, 100ULL, 8000ULL, 100'000ULL, 300'000ULL, 1'000'000ULL}) {
    CAPTURE(most);
    Held held(most);
    const std::string whole = lines_up_to(400'000);
    for (std::string_view rest = whole; !rest.empty();) {
      const std::string_view piece = rest.substr(0, rest.size() % 2 == 0 ? 5000 : 7);
      held.write(Stream::out, piece);
      rest.remove_prefix(piece.size());
    }
    CHECK(held.output.release());
    CHECK(held.out.size() <= std::max<std::uint64_t>(most, 20));
    CHECK(held.out.size() >= most / 2);
    CHECK(held.out.size() + held.gap == whole.size());
    CHECK(whole.starts_with(held.out.substr(0, held.at_gap)));
    CHECK(whole.ends_with(held.out.substr(held.at_gap)));
    CHECK_FALSE(held.output.failure());
  }
}

TEST_CASE("held output: without a disk both ends are kept, and the missing middle is a failure") {
  for (const std::optional<std::uint64_t> most :
       {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(64 << 20)}) {
    for (const bool none_made : {true, false}) {
      Held held(most);
      held.no_files = none_made ? ENOSPC : 0;
      held.room = 50'000;
      const std::string whole = lines_up_to(100'000);
      for (std::string_view rest = whole; !rest.empty();) {
        const std::string_view piece = rest.substr(0, 1000);
        held.write(Stream::out, piece);
        rest.remove_prefix(piece.size());
      }
      CHECK(held.output.release());
      CHECK(held.out.size() + held.gap == whole.size());
      CHECK(held.at_gap >= kInMemory);
      CHECK(held.out.size() - held.at_gap >= kInMemory);
      CHECK(whole.starts_with(held.out.substr(0, held.at_gap)));
      CHECK(whole.ends_with(held.out.substr(held.at_gap)));
      CHECK(held.output.failure().has_value());
      held.output.on(model::AttemptStarted{2, 2}, after({}));
      CHECK_FALSE(held.output.failure());
    }
  }
}

TEST_CASE("held output: each attempt starts anew") {
  Held held({});
  held.write(Stream::out, "first");
  held.output.on(model::AttemptStarted{2, 2}, after({}));
  held.write(Stream::out, "second");
  CHECK(held.output.release());
  CHECK(held.shown == "out:second ");
}

}  // namespace
}  // namespace oversee::report
