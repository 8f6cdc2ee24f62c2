// Computes the edit distance between words.
#include "model/nearest_word.hpp"

#include <algorithm>
#include <vector>

namespace oversee::model {
namespace {

// The number of edits (insert, delete, replace, swap of neighbours) between two words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const std::size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;  // the number of edits in a plausible typing error
  for (const std::string_view each : known) {
    const bool abbreviated = word.size() >= 3 && each.starts_with(word);
    const std::size_t edits = abbreviated ? 1 : distance(word, each);
    if (edits < least) {
      least = edits;
      best = each;
    }
  }
  return best;
}

}  // namespace oversee::model
