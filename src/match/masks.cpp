// Finds values by their rarest bytes, many offsets at a time, and lets RE2 search only near possible beginnings of
// matches.
#include "match/masks.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

#include "model/command_line.hpp"
#include "model/mechanism.hpp"
#include "model/secrets.hpp"

namespace oversee::match {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// With more starts than this, a table of their first two bytes is used instead.
constexpr std::size_t kManyStarts = 8;

// The two rarest bytes are chosen among this many first bytes of a start.
constexpr std::size_t kLooked = 32;

// The number of new bytes that are first joined with the buffered ones.
constexpr std::size_t kJoined = 256;

// The length of text that RE2 searches at a time, from a byte that may begin a match.
constexpr std::size_t kPiece = 4 * 1024;

// Two bytes, and their offsets from the beginning of a mask.
struct Look {
  std::size_t first = 0;
  std::size_t second = 0;
  std::uint8_t first_byte = 0;
  std::uint8_t second_byte = 0;
};
using Looks = std::array<Look, kManyStarts>;

using Bytes = unsigned char __attribute__((vector_size(16)));
using Words = std::uint64_t __attribute__((vector_size(16)));

Bytes load(const char* at) {
  Bytes bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

Bytes repeated(std::uint8_t byte) { return Bytes{} + byte; }

bool any(Bytes bytes) {
  const auto words = reinterpret_cast<Words>(bytes);
  return (words[0] | words[1]) != 0;
}

// The number of offsets that are tested together.
constexpr std::size_t kPlaces = 64;

// Returns the first block of offsets between `at` and `end` that contains the bytes of a look; else the end of the last
// block.
template <std::size_t count>
std::size_t find_block(const char* text, std::size_t at, std::size_t end, const Looks& looks) {
  for (; at + kPlaces <= end; at += kPlaces) {
    Bytes hits{};
    for (std::size_t each = 0; each < count; ++each) {
      const Look& look = looks[each];
      const char* const one = text + at + look.first;
      const char* const other = text + at + look.second;
      const Bytes first = repeated(look.first_byte);
      const Bytes second = repeated(look.second_byte);
      for (std::size_t i = 0; i < kPlaces; i += sizeof(Bytes)) {
        hits |= reinterpret_cast<Bytes>(load(one + i) == first) & reinterpret_cast<Bytes>(load(other + i) == second);
      }
    }
    if (any(hits)) return at;
  }
  return at;
}

#ifdef CPU_FEATURE_ACTIVE
// The same with registers of twice the size. Calls no function, because that would be compiled for the smaller
// registers.
template <std::size_t count>
__attribute__((target("avx2"))) std::size_t find_block_avx2(const char* text, std::size_t at, std::size_t end,
                                                            const Looks& looks) {
  using Bytes32 = unsigned char __attribute__((vector_size(32)));
  using Words32 = long long __attribute__((vector_size(32)));
  const Look* const all = &looks.front();
  const char* one[count];
  const char* other[count];
  Bytes32 first[count];
  Bytes32 second[count];
#pragma GCC unroll 8
  for (std::size_t each = 0; each < count; ++each) {
    one[each] = text + all[each].first;
    other[each] = text + all[each].second;
    first[each] = Bytes32{} + all[each].first_byte;
    second[each] = Bytes32{} + all[each].second_byte;
  }
  for (; at + kPlaces <= end; at += kPlaces) {
    Bytes32 low_hits{};
    Bytes32 high_hits{};
#pragma GCC unroll 8
    for (std::size_t each = 0; each < count; ++each) {
      Bytes32 low;
      Bytes32 high;
      Bytes32 other_low;
      Bytes32 other_high;
      __builtin_memcpy(&low, one[each] + at, 32);
      __builtin_memcpy(&high, one[each] + at + 32, 32);
      __builtin_memcpy(&other_low, other[each] + at, 32);
      __builtin_memcpy(&other_high, other[each] + at + 32, 32);
      low_hits |= reinterpret_cast<Bytes32>(low == first[each]) & reinterpret_cast<Bytes32>(other_low == second[each]);
      high_hits |=
          reinterpret_cast<Bytes32>(high == first[each]) & reinterpret_cast<Bytes32>(other_high == second[each]);
    }
    const auto words = reinterpret_cast<Words32>(low_hits | high_hits);
    if (__builtin_ia32_ptestz256(words, words) == 0) return at;
  }
  return at;
}
#endif

using FindBlock = std::size_t (*)(const char*, std::size_t, std::size_t, const Looks&);

template <std::size_t... counts>
FindBlock find_block_of(std::size_t looks, std::index_sequence<counts...>) {
#ifdef CPU_FEATURE_ACTIVE
  // Asks the C library, because CPUID is slow under a hypervisor.
  static const bool avx2 = CPU_FEATURE_ACTIVE(AVX2);
  constexpr std::array<FindBlock, sizeof...(counts)> kAvx2{find_block_avx2<counts + 1>...};
  if (avx2) return kAvx2[looks - 1];
#endif
  constexpr std::array<FindBlock, sizeof...(counts)> kAll{find_block<counts + 1>...};
  return kAll[looks - 1];
}

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

// How frequent the byte is in output; higher is more frequent.
int frequency(char c) {
  constexpr std::string_view kOften = " \neotainrsld0cu1m2p-.fhg_/345b6789vwkyx,:=\"jqz";
  const std::size_t place = kOften.find(c);
  if (place != kNone) return static_cast<int>(kOften.size() - place) + 2;
  return c >= 'A' && c <= 'Z' ? 1 : 0;
}

std::uint16_t pair_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint16_t>(byte_of(text[at]) << 8U | byte_of(text[at + 1]));
}

std::size_t line_end(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

// Searches back to `from` only.
std::size_t line_start(std::string_view text, std::size_t at, std::size_t from = 0) {
  const void* const before = ::memrchr(text.data() + from, '\n', at - from);
  return before == nullptr ? from : static_cast<std::size_t>(static_cast<const char*>(before) - text.data()) + 1;
}

// The offset of the first byte at or after `at` that lies between the two; else the end.
std::size_t find_between(std::string_view text, std::size_t at, std::uint8_t lowest, std::uint8_t highest) {
  if (lowest == highest) return std::min(text.find(static_cast<char>(lowest), at), text.size());
  const Bytes low = repeated(lowest);
  const Bytes width = repeated(static_cast<std::uint8_t>(highest - lowest));
  for (; at + sizeof(Bytes) <= text.size(); at += sizeof(Bytes)) {
    const Bytes above = load(text.data() + at) - low;
    if (any(reinterpret_cast<Bytes>(above <= width))) break;
  }
  for (; at < text.size(); ++at) {
    if (byte_of(text[at]) >= lowest && byte_of(text[at]) <= highest) return at;
  }
  return text.size();
}

// The value as a shell quotes it, without the outer quotes: as in the command lines of processes.
std::string quoted_inside(std::string_view value) {
  const std::vector<std::string> words{"-", std::string(value)};
  std::string quoted = model::quote_command(words).substr(2);
  if (!quoted.ends_with('\'')) return quoted;
  quoted.pop_back();
  return quoted.substr(quoted.find('\'') + 1);
}

std::string common_start(std::string_view one, std::string_view other) {
  const auto differs = std::ranges::mismatch(one, other);
  return {one.begin(), differs.in1};
}

}  // namespace

bool Masks::add_value(std::string_view value) {
  bool added = false;
  while (!value.empty()) {
    std::string_view line = value.substr(0, line_end(value, 0));
    value.remove_prefix(std::min(line.size() + 1, value.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() < kShortest || line.find_first_not_of(" \t") == kNone) continue;
    added = true;
    ++values_;
    add_start(std::string(line), {});
    if (std::string quoted = quoted_inside(line); quoted != line) add_start(std::move(quoted), {});
  }
  return added;
}

model::Parsed<void> Masks::add_pattern(std::string_view text) {
  auto pattern = Pattern::compile(text);
  if (!pattern) return std::unexpected(pattern.error());
  Masking masking{.pattern = std::move(*pattern), .range = {}};
  masking.range = masking.pattern.range();
  std::string start;
  if (masking.range) {
    const auto& [least, greatest] = *masking.range;
    start = common_start(least, greatest);
    if (!least.empty()) masking.lowest = byte_of(least.front());
    if (!greatest.empty()) masking.highest = byte_of(greatest.front());
  }
  const std::size_t which = patterns_.size();
  patterns_.push_back(std::move(masking));
  if (start.size() >= 2) {
    add_start(std::move(start), which);
  } else {
    loose_.push_back(which);
  }
  return {};
}

void Masks::add_start(std::string text, std::optional<std::size_t> pattern) {
  const auto same = [&](const Start& each) { return each.text == text && !each.pattern && !pattern; };
  if (std::ranges::any_of(starts_, same)) return;
  Start start{.text = std::move(text), .pattern = pattern};
  const auto rarer = [&](std::size_t one, std::size_t than) {
    return frequency(start.text[one]) < frequency(start.text[than]);
  };
  start.second = 1;
  if (rarer(1, 0)) std::swap(start.first, start.second);
  for (std::size_t at = 2; at < std::min(start.text.size(), kLooked); ++at) {
    if (rarer(at, start.first)) {
      start.second = std::exchange(start.first, at);
    } else if (rarer(at, start.second)) {
      start.second = at;
    }
  }
  longest_ = std::max(longest_, start.text.size());
  pairs_.resize(65536);
  pairs_[pair_at(start.text, 0)] = true;
  starts_.push_back(std::move(start));
}

// Whether a match can begin with the whole tail.
bool Masks::may_begin(const Masking& masking, std::string_view tail) {
  if (!masking.range) return true;
  const auto& [least, greatest] = *masking.range;
  return tail.substr(0, least.size()) >= std::string_view(least).substr(0, tail.size()) &&
         tail.substr(0, greatest.size()) <= std::string_view(greatest).substr(0, tail.size());
}

std::string Masks::masked(std::string_view text) const {
  std::string all;
  const auto add = [&](std::string_view piece) { all += piece; };
  MaskFilter filter(*this);
  filter.feed(text, add);
  filter.finish(add);
  return all;
}

void MaskFilter::feed(std::string_view bytes, const PassOn& pass_on) {
  if (bytes.empty()) return;
  if (masks_->empty()) return pass_on(bytes);
  resume_.resize(masks_->patterns_.size());
  if (!pending_.empty() && pending_.size() == from_ && !pattern_may_begin(bytes)) {
    // The buffered byte matters only to a match at the first new byte, and no match begins there.
    std::ranges::fill(resume_, 1);
    pass_on_all_but_held(bytes, 0, 0, pass_on);
    return;
  }
  join_and_pass_on(bytes, pass_on);
}

// Whether a pattern may match at the first byte.
bool MaskFilter::pattern_may_begin(std::string_view bytes) const {
  const auto loose = [&](std::size_t which) {
    const auto& masking = masks_->patterns_[which];
    return byte_of(bytes.front()) >= masking.lowest && byte_of(bytes.front()) <= masking.highest;
  };
  const auto starts = [&](const Masks::Start& start) { return start.pattern && start.text.front() == bytes.front(); };
  return std::ranges::any_of(masks_->loose_, loose) || std::ranges::any_of(masks_->starts_, starts);
}

// Joins the buffered bytes with as few new ones as it takes to pass them on.
void MaskFilter::join_and_pass_on(std::string_view bytes, const PassOn& pass_on) {
  std::size_t joined = 0;
  while (!pending_.empty() && (joined == 0 || pending_.size() > joined)) {
    if (joined == bytes.size()) return;
    const std::string_view next = bytes.substr(joined, joined == 0 ? kJoined : kLongestMatch);
    const std::size_t count = std::min(line_end(next, 0) + 1, next.size());
    pending_ += next.substr(0, count);
    joined += count;
    std::swap(text_, pending_);
    pass_on_all_but_held(text_, from_, sent_, pass_on);
  }
  if (pending_.empty()) {
    std::ranges::fill(resume_, 0);
    after_mask_ = false;
    bytes.remove_prefix(joined);
    if (!bytes.empty()) pass_on_all_but_held(bytes, 0, 0, pass_on);
    return;
  }
  if (joined == bytes.size()) return;
  const std::size_t moved = joined - pending_.size();
  for (std::size_t& each : resume_) each += moved;
  pass_on_all_but_held(bytes, moved + from_, moved + sent_, pass_on);
}

void MaskFilter::pass_on_all_but_held(std::string_view text, std::size_t from, std::size_t sent,
                                      const PassOn& pass_on) {
  find_all(text, from);
  const std::size_t cut = hold_from(text, from);
  keep(text, cut, pass(text, sent, cut, pass_on));
}

void MaskFilter::release(const PassOn& pass_on) {
  if (!holds()) return;
  find_all(pending_, from_);
  const std::vector<std::size_t> resume = resume_;
  sent_ = pass(pending_, sent_, pending_.size(), pass_on);
  resume_ = resume;
}

void MaskFilter::finish(const PassOn& pass_on) {
  release(pass_on);
  pending_.clear();
  from_ = sent_ = 0;
  after_mask_ = false;
}

// Finds all matches in the text, ordered by their beginnings.
void MaskFilter::find_all(std::string_view text, std::size_t from) {
  found_.clear();
  next_ = resume_;
  find_starts(text, from);
  find_loose(text, from);
  std::ranges::sort(found_, {}, &Found::begin);
}

void MaskFilter::find_starts(std::string_view text, std::size_t from) {
  const auto& starts = masks_->starts_;
  if (starts.empty()) return;
  std::size_t at = from;
  if (starts.size() <= kManyStarts) {
    Looks looks;
    std::size_t reach = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const auto& [start, first, second, pattern] = starts[i];
      looks[i] = {first, second, byte_of(start[first]), byte_of(start[second])};
      reach = std::max({reach, first, second});
    }
    const FindBlock find = find_block_of(starts.size(), std::make_index_sequence<kManyStarts>());
    const std::size_t end = text.size() - std::min(text.size(), reach);
    while ((at = find(text.data(), at, end, looks)) + kPlaces <= end) at = look_at_all(text, at, at + kPlaces);
  }
  (void)look_at_all(text, at, text.size());
}

// Tests each offset at which a start may begin.
std::size_t MaskFilter::look_at_all(std::string_view text, std::size_t at, std::size_t end) {
  for (; at < end && at + 1 < text.size(); ++at) {
    if (masks_->pairs_[pair_at(text, at)] != 0) look_at(text, at);
  }
  return end;
}

// Records the match of each start that begins here.
void MaskFilter::look_at(std::string_view text, std::size_t at) {
  for (const auto& each : masks_->starts_) {
    if (!text.substr(at).starts_with(each.text)) continue;
    if (!each.pattern) {
      found_.push_back({{at, at + each.text.size()}, {}});
    } else if (at >= next_[*each.pattern]) {
      const auto match = masks_->patterns_[*each.pattern].pattern.find_at(text, at, line_end(text, at));
      if (!match || match->begin == match->end) continue;
      found_.push_back({*match, each.pattern});
      next_[*each.pattern] = match->end;
    }
  }
}

void MaskFilter::find_loose(std::string_view text, std::size_t from) {
  for (const std::size_t which : masks_->loose_) {
    const auto& masking = masks_->patterns_[which];
    if (masking.pattern.is_alone()) {
      find_in_lines(text, from, which);
      continue;
    }
    std::size_t at = std::max(from, next_[which]);
    while ((at = find_between(text, at, masking.lowest, masking.highest)) < text.size()) {
      const std::size_t end = line_end(text, std::min(at + kPiece, text.size()));
      while (at <= end) {
        const auto match = masking.pattern.find(text, at, end);
        if (!match) break;
        if (match->begin != match->end) found_.push_back({*match, which});
        at = std::max(match->end, match->begin + 1);
      }
      at = std::max(at, end);
    }
  }
}

// Searches each line as a separate text.
void MaskFilter::find_in_lines(std::string_view text, std::size_t from, std::size_t which) {
  const Pattern& pattern = masks_->patterns_[which].pattern;
  for (std::size_t begin = line_start(text, from); begin < text.size();) {
    const std::size_t end = line_end(text, begin);
    const std::string_view line = text.substr(begin, end - begin);
    std::size_t at = std::max({begin, from, next_[which]}) - begin;
    while (at <= line.size()) {
      const auto match = pattern.find(line, at, line.size());
      if (!match) break;
      if (match->begin != match->end) found_.push_back({{begin + match->begin, begin + match->end}, which});
      at = std::max(match->end, match->begin + 1);
    }
    begin = end + 1;
  }
}

// The offset from which the text may be the beginning of a match that ends in later bytes.
std::size_t MaskFilter::hold_from(std::string_view text, std::size_t from) const {
  const std::size_t reach = std::max(kLongestMatch, masks_->longest_);
  const std::size_t line = line_start(text, text.size(), std::max(from, text.size() - std::min(reach, text.size())));
  std::size_t hold = text.size();
  if (!model::works(model::Mechanism::masks_wait)) return hold;
  for (const auto& start : masks_->starts_) {
    if (start.pattern) continue;
    const std::size_t most = std::min(start.text.size() - 1, text.size() - line);
    for (std::size_t at = text.size() - most; at < hold; ++at) {
      at = std::min(text.find(start.text.front(), at), text.size());
      if (at < hold && std::string_view(start.text).starts_with(text.substr(at))) hold = at;
    }
  }
  for (std::size_t which = 0; which < masks_->patterns_.size(); ++which) {
    const auto& masking = masks_->patterns_[which];
    std::size_t at = std::max(line, resume_[which]);
    if (text.size() > kLongestMatch) at = std::max(at, text.size() - kLongestMatch);
    for (; (at = find_between(text, at, masking.lowest, masking.highest)) < hold; ++at) {
      if (masks_->may_begin(masking, text.substr(at))) hold = at;
    }
  }
  return hold;
}

// Passes on the text before the cut, and a match across the cut as a whole. Returns the offset up to which the text was
// passed on.
std::size_t MaskFilter::pass(std::string_view text, std::size_t sent, std::size_t cut, const PassOn& pass_on) {
  output_.clear();
  const bool plain = found_.empty() || found_.front().begin >= cut;
  std::size_t at = sent;
  for (const Found& each : found_) {
    if (each.begin >= cut) break;
    if (each.pattern) resume_[*each.pattern] = each.end;
    if (each.end <= at) continue;
    if (each.begin > at) {
      output_ += text.substr(at, each.begin - at);
      after_mask_ = false;
    }
    if (!std::exchange(after_mask_, true)) output_ += model::kMasked;
    at = each.end;
  }
  if (at < cut) {
    if (plain) {
      pass_on(text.substr(at, cut - at));
    } else {
      output_ += text.substr(at, cut - at);
    }
    after_mask_ = false;
    at = cut;
  }
  if (!output_.empty()) pass_on(output_);
  return at;
}

// Makes the end of the text the new `pending_`.
void MaskFilter::keep(std::string_view text, std::size_t cut, std::size_t sent) {
  const bool within_line = cut > 0 && text[cut - 1] != '\n';
  const std::size_t base = within_line ? cut - 1 : cut;
  pending_ = text.substr(base);
  from_ = cut - base;
  sent_ = std::max(sent, base) - base;
  for (std::size_t& each : resume_) each = std::max(each, base) - base;
}

}  // namespace oversee::match
