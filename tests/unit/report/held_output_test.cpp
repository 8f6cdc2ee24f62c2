// Output that is held back: shown in its order, bounded, and what fell out is counted.
#include "report/held_output.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "made_up_run.hpp"

namespace oversee::report {
namespace {

using model::Stream;

class TextScratch final : public model::Scratch {
 public:
  bool append(std::string_view bytes) override {
    if (text.size() + bytes.size() > room) return false;
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
      : output(make_files(), most, [this](Stream stream, auto bytes) {
          shown += (stream == Stream::out ? "out:" : "err:") + std::string(bytes) + ' ';
          (stream == Stream::out ? out : err) += bytes;
          return taken_before_full == 0 || --taken_before_full > 0;
        }) {
    output.on(model::AttemptStarted{1, 1}, after({}));
  }

  HeldOutput::Files make_files() {
    HeldOutput::Files files;
    for (std::size_t i = 0; i < files.size(); ++i) {
      auto file = std::make_unique<TextScratch>();
      scratch[i] = file.get();
      files[i] = std::move(file);
    }
    return files;
  }
  void write(Stream stream, std::string_view bytes) { output.on(model::OutputArrived{stream, bytes}, after({})); }

  std::array<TextScratch*, 3> scratch{};
  std::string shown, out, err;
  int taken_before_full = 0;  // 0: never full
  HeldOutput output;
};

TEST_CASE("held output: both streams in their order") {
  Held held({});
  held.write(Stream::out, "one");
  held.write(Stream::err, "two");
  held.write(Stream::out, "three");
  CHECK(held.output.release());
  CHECK(held.shown == "out:one err:two out:three ");
}

TEST_CASE("held output: what is not taken at once is shown later, and once") {
  Held held({});
  for (const char* each : {"a", "b", "c", "d"}) held.write(Stream::out, each);
  held.taken_before_full = 1;
  CHECK_FALSE(held.output.release());
  CHECK(held.shown == "out:a ");
  held.taken_before_full = 2;
  CHECK_FALSE(held.output.release());
  held.taken_before_full = 0;
  CHECK(held.output.release());
  CHECK(held.shown == "out:a out:b out:c out:d ");
  CHECK(held.output.release());
  CHECK(held.shown == "out:a out:b out:c out:d ");
}

TEST_CASE("held output: a large chunk comes back whole") {
  Held held({});
  std::string large(100'000, 'x');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
  held.write(Stream::err, large);
  CHECK(held.output.release());
  CHECK(held.err == large);
}

TEST_CASE("held output: bounded, with its start, its end, and a count of what is between") {
  Held held(8000);
  std::string whole;
  for (int i = 0; i < 5000; ++i) {
    const std::string line = std::to_string(i) + '\n';
    held.write(Stream::out, line);
    whole += line;
  }
  std::size_t kept = 0;
  for (const TextScratch* each : held.scratch) kept += each->text.size();
  CHECK(kept <= 8000);
  CHECK(held.output.release());
  const std::size_t gap = held.shown.find("are left out here");
  REQUIRE(gap != std::string::npos);
  CHECK(held.out.starts_with("0\n1\n2\n"));
  CHECK(held.out.ends_with("4998\n4999\n"));
  // One unbroken start and one unbroken end.
  std::size_t same = 0;
  while (held.out[same] == whole[same]) ++same;
  CHECK(whole.ends_with(held.out.substr(same + 1)));
  CHECK(held.out.size() > 1500);
}

TEST_CASE("held output: a disk that is full costs what came after, and it is said") {
  Held held({});
  held.scratch[0]->room = 50;
  held.write(Stream::out, "kept");
  held.write(Stream::out, std::string(100, 'x'));
  held.write(Stream::out, "lost");
  CHECK(held.output.release());
  CHECK(held.out == "kept");
  CHECK(held.err.find("104B of the output are left out here") != std::string::npos);
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
