#include "roformer/vocabulary/pair_merger.h"

namespace roformer::vocabulary {

PairMerger::PairMerger(std::vector<Word> words) : words_(std::move(words)) {
  for (std::size_t w = 0; w < words_.size(); ++w) {
    const auto& pieces = words_[w].pieces;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      change(pieces[i - 1], pieces[i], words_[w].count, static_cast<std::int32_t>(w));
    }
  }
  raised_.clear();
  for (const auto& [key, entry] : pairs_) candidates_.push({entry.count, key});
}

void PairMerger::change(std::int32_t left, std::int32_t right, std::int64_t count,
                        std::int32_t word) {
  const Key key = make_key(left, right);
  Entry& entry = pairs_[key];
  entry.count += count;
  if (count <= 0) return;
  if (entry.words.empty() || entry.words.back() != word) entry.words.push_back(word);
  raised_.push_back(key);
}

std::optional<PairMerger::Pair> PairMerger::most_frequent(std::int64_t min_count) {
  while (!candidates_.empty()) {
    const Candidate top = candidates_.top();
    candidates_.pop();
    const auto place = pairs_.find(top.key);
    const std::int64_t count = place == pairs_.end() ? 0 : place->second.count;
    if (count < min_count || count <= 0) continue;
    if (count == top.count) {
      return Pair{static_cast<std::int32_t>(top.key >> 32),
                  static_cast<std::int32_t>(top.key & 0xFFFFFFFF)};
    }
    // Fewer than when it was put in: back to where it belongs now. (A higher count has an entry of
    // its own.)
    if (count < top.count) candidates_.push({count, top.key});
  }
  return std::nullopt;
}

void PairMerger::merge_in_word(Pair pair, std::int32_t merged, std::int32_t word) {
  Word& entry = words_[static_cast<std::size_t>(word)];
  std::vector<std::int32_t>& pieces = entry.pieces;
  std::size_t written = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool found =
        pieces[i] == pair.left && i + 1 < pieces.size() && pieces[i + 1] == pair.right;
    if (!found) {
      pieces[written++] = pieces[i];
      continue;
    }
    if (written > 0) {
      change(pieces[written - 1], pair.left, -entry.count, word);
      change(pieces[written - 1], merged, entry.count, word);
    }
    if (i + 2 < pieces.size()) {
      change(pair.right, pieces[i + 2], -entry.count, word);
      change(merged, pieces[i + 2], entry.count, word);
    }
    pieces[written++] = merged;
    ++i;
  }
  pieces.resize(written);
}

void PairMerger::merge(Pair pair, std::int32_t merged) {
  const Key key = make_key(pair.left, pair.right);
  const std::vector<std::int32_t> words = std::move(pairs_[key].words);
  raised_.clear();
  for (const std::int32_t word : words) merge_in_word(pair, merged, word);
  pairs_.erase(key);
  for (const Key other : raised_) {
    const auto place = pairs_.find(other);
    if (place != pairs_.end() && place->second.count > 0)
      candidates_.push({place->second.count, other});
  }
}

}  // namespace roformer::vocabulary
