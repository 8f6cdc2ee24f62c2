// Masks: what is replaced, and that no cut of the stream changes it.
#include "match/masks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "../random_text.hpp"
#include "mechanisms.hpp"

namespace oversee::match {
namespace {

using Texts = std::vector<std::string>;

Masks masks_of(const Texts& values, const Texts& patterns = {}) {
  Masks masks;
  for (const std::string& each : values) (void)masks.add_value(each);
  for (const std::string& each : patterns) REQUIRE(masks.add_pattern(each).has_value());
  return masks;
}

std::string filtered(const Masks& masks, const Texts& pieces, bool release = false) {
  MaskFilter filter(masks);
  std::string all;
  const auto add = [&](std::string_view piece) { all += piece; };
  for (const std::string& each : pieces) {
    filter.feed(each, add);
    if (release) filter.release(add);
  }
  filter.finish(add);
  return all;
}

// What it must come to, by the definition: each line by itself, all matches, those that touch joined.
std::string by_definition(std::string_view text, const Texts& values, const Texts& patterns) {
  std::vector<bool> hidden(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const auto hide = [&](std::size_t from, std::size_t to) {
      for (std::size_t at = from; at < to; ++at) hidden[begin + at] = true;
    };
    for (const std::string& value : values) {
      for (std::size_t at = line.find(value); at != std::string_view::npos; at = line.find(value, at + 1)) {
        hide(at, at + value.size());
      }
    }
    for (const std::string& each : patterns) {
      const auto pattern = Pattern::compile(each);
      for (std::size_t at = 0; at <= line.size();) {
        const auto match = pattern->find(line, at, line.size());
        if (!match) break;
        hide(match->begin, match->end);
        at = std::max(match->end, match->begin + 1);
      }
    }
    begin = end + 1;
  }
  std::string masked;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!hidden[at]) {
      masked += text[at];
    } else if (at == 0 || !hidden[at - 1]) {
      masked += "***";
    }
  }
  return masked;
}

TEST_CASE("masks: values and patterns, where they overlap and touch") {
  CHECK(masks_of({"hunter2"}).masked("a hunter2 b\nhunter2hunter2\n") == "a *** b\n***\n");
  CHECK(masks_of({"abcd", "cdef"}).masked("xabcdefx") == "x***x");
  CHECK(masks_of({"abab"}).masked("ababab") == "***");
  CHECK(masks_of({"abcdefghijklmnopqrstuvwxyz"}).masked("abcdefghijklmnopqrstuvwxyz") == "***");
  CHECK(masks_of({}, {"ghp_[a-z]+"}).masked("token ghp_abc, ghp_ and ghp_x") == "token ***, ghp_ and ***");
  CHECK(masks_of({}, {"[0-9]{4}", "x*"}).masked("a1234b12345c") == "a***b***5c");
  CHECK(masks_of({"hunter2"}, {"t=\\S+"}).masked("t=hunter2x hunter2") == "*** ***");
  CHECK(masks_of({}).masked("as it is") == "as it is");
}

TEST_CASE("masks: a pattern sees what stands around a match, and no other line") {
  CHECK(masks_of({}, {"^key.*$"}).masked("key a\n key b\nkey c") == "***\n key b\n***");
  CHECK(masks_of({}, {"\\bpin\\b"}).masked("pin spin pins pin") == "*** spin pins ***");
  CHECK(masks_of({}, {"\\Akey"}).masked("key\nkey key\n") == "***\n*** key\n");
  CHECK(masks_of({}, {"a[^x]b"}).masked("a\nb a\tb") == "a\nb ***");
  CHECK(masks_of({}, {"(?i)password=\\S+"}).masked("PassWord=x y") == "*** y");
}

TEST_CASE("masks: a value of several lines is masked line by line") {
  const Masks key = masks_of({"-----BEGIN KEY-----\r\nMIIEabcd\n  \n    \nab\nEFGHijkl\n-----END KEY-----\n"});
  CHECK(key.values() == 4);
  CHECK(key.masked("MIIEabcd EFGHijkl\n    ab\n") == "*** ***\n    ab\n");
  Masks masks;
  CHECK_FALSE(masks.add_value(""));
  CHECK_FALSE(masks.add_value("abc"));
  CHECK_FALSE(masks.add_value("a\nb\n     \n"));
  CHECK(masks.empty());
  CHECK(masks.add_value("abcd"));
}

TEST_CASE("masks: a value is masked as a shell's quotes show it, too") {
  CHECK(masks_of({"it's me"}).masked("sh 'it'\\''s me' it's me") == "sh '***' ***");
}

TEST_CASE("masks: a pattern that RE2 does not read is refused") {
  Masks masks;
  CHECK_FALSE(masks.add_pattern("(").has_value());
  CHECK(masks.empty());
}

TEST_CASE("masks: all cuts into two and three pieces") {
  const Texts values{"hunter2", "terror", "2ter"};
  const Texts patterns{"ghp_[a-z]+", "[0-9]{3,}x?", "^k.*y$"};
  const Masks masks = masks_of(values, patterns);
  const std::string text = "hunter2terror ghp_ab12 1234x\nkhuntery hun\nter2 k ghp_zz\nky";
  const std::string expected = by_definition(text, values, patterns);
  REQUIRE(expected == "*** ***12 ***\nkhuntery hun\nter2 k ***\n***");
  for (std::size_t one = 0; one <= text.size(); ++one) {
    for (std::size_t two = one; two <= text.size(); ++two) {
      CAPTURE(one);
      CAPTURE(two);
      REQUIRE(filtered(masks, {text.substr(0, one), text.substr(one, two - one), text.substr(two)}) == expected);
    }
  }
}

TEST_CASE("masks: as one replacement in the whole, whatever the masks and the cuts") {
  Random random(11);
  const Texts all_patterns{"a+b",      "^b",         "c$",     "\\bab",   "[ab]{3,5}c", "b.*a",  "(?i)AB",   "x*",
                           "(a|ab)c?", "\\Aa",       "a\\z",   "b\\B",    "(?-m)^b",    "\\d+",  "bc[a-c]+", "a b",
                           "[^a]b",    "(?:ab|ba)+", "abc|c$", "a(.*c)?", "\\Qa\\E",    "^$|ab", "aab\\b.",  "ccab?"};
  for (int round = 0; round < 6000; ++round) {
    Texts values;
    Texts patterns;
    for (std::size_t count = below(random, 4); count > 0; --count) {
      std::string value = any_text(random, "aabc ", 9);
      if (value.size() >= Masks::kShortest && value.find_first_not_of(' ') != std::string::npos) {
        values.push_back(std::move(value));
      }
    }
    for (std::size_t count = below(random, 3); count > 0; --count) {
      patterns.push_back(all_patterns[below(random, all_patterns.size())]);
    }
    const std::string text = any_text(random, round % 2 == 0 ? "abc \n" : "aaaabbbcc1 ", 80);
    Texts pieces;
    for (std::size_t at = 0; at < text.size();) {
      pieces.push_back(text.substr(at, 1 + below(random, 12)));
      at += pieces.back().size();
    }
    const Masks masks = masks_of(values, patterns);
    CAPTURE(text);
    CAPTURE(pieces.size());
    for (const std::string& each : values) CAPTURE(each);
    std::string with;
    for (const std::string& each : values) with += " value '" + each + "'";
    for (const std::string& each : patterns) with += " pattern " + each;
    CAPTURE(with);
    REQUIRE(masks.masked(text) == by_definition(text, values, patterns));
    REQUIRE(filtered(masks, pieces) == by_definition(text, values, patterns));
  }
}

TEST_CASE("masks: the same with long lines and large pieces") {
  Random random(13);
  const Texts all_patterns{"a{3}b+",   "^b.{3}", "cc$",       "\\baab",        "[ab]{7,9}c",
                           "(?i)AABC", "b\\B",   "bcb[a-c]+", "caca|abab(ab)*"};
  for (int round = 0; round < 300; ++round) {
    Texts values;
    Texts patterns;
    for (std::size_t count = below(random, 12); count > 0; --count) {
      values.push_back("ca" + any_text(random, "abc", 40) + "bc");
    }
    for (std::size_t count = below(random, 3); count > 0; --count) {
      patterns.push_back(all_patterns[below(random, all_patterns.size())]);
    }
    std::string text;
    while (text.size() < 3000) {
      text += any_text(random, "abc", 60);
      if (!values.empty()) text += values[below(random, values.size())];
      if (round % 3 != 0 && below(random, 12) == 0) text += '\n';
    }
    Texts pieces;
    for (std::size_t at = 0; at < text.size();) {
      pieces.push_back(text.substr(at, 1 + below(random, 1200)));
      at += pieces.back().size();
    }
    const Masks masks = masks_of(values, patterns);
    const std::string expected = by_definition(text, values, patterns);
    CAPTURE(text);
    REQUIRE(masks.masked(text) == expected);
    REQUIRE(filtered(masks, pieces) == expected);
  }
}

TEST_CASE("masks: nothing is held back that cannot be the beginning of a match") {
  const Masks masks = masks_of({"hunter2", "correct horse"}, {"ghp_[a-z]+", "[0-9]{4}"});
  for (const std::string prompt : {"Password: ", "$ ", "name> ", "(y/n) h? "}) {
    CAPTURE(prompt);
    MaskFilter filter(masks);
    std::string all;
    filter.feed(prompt, [&](std::string_view piece) { all += piece; });
    CHECK(all == prompt);
    CHECK_FALSE(filter.holds());
  }
}

TEST_CASE("masks: what is held back is the beginning of a match alone") {
  const Masks masks = masks_of({"hunter2"}, {"ghp_[a-z]+"});
  MaskFilter filter(masks);
  std::string all;
  const auto add = [&](std::string_view piece) { all += piece; };
  filter.feed("I am hunt", add);
  CHECK(all == "I am ");
  CHECK(filter.holds());
  filter.feed("ing gh", add);
  CHECK(all == "I am hunting ");
  filter.feed("p_secr", add);
  CHECK(all == "I am hunting ");
  filter.feed("et\n", add);
  CHECK(all == "I am hunting ***\n");
}

TEST_CASE("masks: of what was released, the rest of a match is still masked") {
  const Masks masks = masks_of({"hunter2"}, {"ghp_[a-z]{6}"});
  CHECK(filtered(masks, {"a hunt", "er2 b ghp_", "abcdef c"}, true) == "a hunt*** b ghp_*** c");
  CHECK(filtered(masks, {"a hunter", "3 b\nhunter2"}, true) == "a hunter3 b\n***");
  const Masks numbers = masks_of({}, {"[0-9]+"});
  CHECK(filtered(numbers, {"a12", "34", "5b"}, true) == "a***b");
}

TEST_CASE("masks: memory is bounded, and a match of up to the bound is found wherever it is cut") {
  const std::string token = "ghp_" + std::string(MaskFilter::kLongestMatch - 4, 'a');
  const Masks masks = masks_of({}, {"ghp_[a-z]+", "b.*b"});
  for (const std::size_t cut : {std::size_t{1}, std::size_t{4}, token.size() / 2, token.size() - 1}) {
    CHECK(filtered(masks, {"x " + token.substr(0, cut), token.substr(cut) + " y\n"}) == "x *** y\n");
  }
  // A line without an end: never more is held back than the bound.
  MaskFilter filter(masks);
  std::size_t fed = 0;
  std::size_t passed = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string piece(1000, i == 0 ? 'b' : 'c');
    fed += piece.size();
    filter.feed(piece, [&](std::string_view bytes) { passed += bytes.size(); });
    REQUIRE(fed - passed <= MaskFilter::kLongestMatch + 1000);
  }
  // A value is held back at any length.
  const std::string value(100'000, 'v');
  const Masks long_value = masks_of({value});
  CHECK(filtered(long_value, {value.substr(0, 99'999), value.substr(99'999)}) == "***");
}

TEST_CASE("masks: many values, and one that is learnt within a stream") {
  Texts values;
  for (int i = 0; i < 50; ++i) values.push_back("value-" + std::to_string(1000 + i));
  Masks masks = masks_of(values);
  CHECK(masks.masked("value-1000 value-1049 value-1050") == "*** *** value-1050");
  MaskFilter filter(masks);
  std::string all;
  const auto add = [&](std::string_view piece) { all += piece; };
  filter.feed("sesame\nses", add);
  (void)masks.add_value("sesame");
  filter.feed("ame sesame\n", add);
  filter.finish(add);
  CHECK(all == "sesame\nsesame ***\n");
}

TEST_CASE("masks: control: without holding back, a cut shows the secret") {
  const model::Without without(model::Mechanism::masks_wait);
  CHECK(filtered(masks_of({"hunter2"}), {"hunt", "er2"}) == "hunter2");
}

}  // namespace
}  // namespace oversee::match
