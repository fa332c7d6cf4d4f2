#include "roformer/metric/neighbour_guess.h"

#include <algorithm>
#include <numeric>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

using base::require;

std::uint64_t pair_of(std::int64_t left, std::int64_t right) {
  return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint64_t>(right);
}
std::int64_t left_of(std::uint64_t pair) {
  return static_cast<std::int64_t>(pair >> 32);
}
std::int64_t right_of(std::uint64_t pair) {
  return static_cast<std::int64_t>(pair & 0xFFFFFFFFu);
}

}  // namespace

// What one neighbour says. With T companions of C occurrences in all, Witten and Bell estimate
// P(w | neighbour) = (c(w) + T · P(w)) / (C + T).
struct NeighbourGuess::Side {
  std::span<const std::int32_t> token;
  std::span<const std::int64_t> count;
  double occurrences = 0;  // C + T; 0 if nothing is known
  double back_off = 1;     // T / (C + T): what is left to companions never seen, times P(w)

  // P(w | neighbour) / P(w).
  double gain(std::int64_t seen, double share) const {
    if (occurrences == 0) return 1;
    return static_cast<double>(seen) / (occurrences * share) + back_off;
  }
};

struct NeighbourGuess::Best {
  std::int64_t token;
  double score;

  // The first of equals in the order of ids: the answer does not depend on the order of the search.
  void offer(std::int64_t other, double other_score) {
    if (other_score > score || (other_score == score && other < token))
      *this = {other, other_score};
  }
};

NeighbourGuess::NeighbourGuess(std::int64_t vocab_size, std::int64_t sep_id)
    : vocab_size_(vocab_size), sep_id_(sep_id), frequency_(static_cast<std::size_t>(vocab_size)) {
  require(sep_id >= 0 && sep_id < vocab_size, "[metric] expected [SEP] below {} but got {}",
          vocab_size, sep_id);
}

void NeighbourGuess::add(std::span<const std::int32_t> document) {
  std::int64_t left = sep_id_;
  for (const std::int32_t token : document) {
    require(token >= 0 && token < vocab_size_, "[metric] expected ids below {} but got {}",
            vocab_size_, token);
    ++frequency_[static_cast<std::size_t>(token)];
    fresh_.push_back(pair_of(left, token));
    left = token;
  }
  num_tokens_ += static_cast<std::int64_t>(document.size());
  if (!document.empty()) fresh_.push_back(pair_of(left, sep_id_));
  constexpr std::size_t most_fresh =
      1 << 22;  // 32 MB; counting them costs a merge with all pairs so far
  if (fresh_.size() >= std::max(most_fresh, counted_.size())) compact();
}

// Sorts the fresh pairs and merges them with those counted before.
void NeighbourGuess::compact() {
  std::sort(fresh_.begin(), fresh_.end());
  std::vector<Counted> merged;
  merged.reserve(counted_.size() + fresh_.size() / 2);
  auto old = counted_.begin();
  for (auto run = fresh_.begin(); run != fresh_.end();) {
    const auto end =
        std::find_if(run, fresh_.end(), [&](std::uint64_t pair) { return pair != *run; });
    while (old != counted_.end() && old->pair < *run) merged.push_back(*old++);
    std::int64_t count = end - run;
    if (old != counted_.end() && old->pair == *run) count += (old++)->count;
    merged.push_back({*run, count});
    run = end;
  }
  merged.insert(merged.end(), old, counted_.end());
  counted_ = std::move(merged);
  fresh_.clear();
}

// A counting sort: entries come with their left tokens ascending, and keep that order.
NeighbourGuess::Companions NeighbourGuess::group_by(
    std::int64_t (*group_of)(std::uint64_t), std::int64_t (*companion_of)(std::uint64_t)) const {
  Companions companions;
  companions.begin.assign(static_cast<std::size_t>(vocab_size_) + 1, 0);
  for (const auto& entry : counted_)
    ++companions.begin[static_cast<std::size_t>(group_of(entry.pair)) + 1];
  std::partial_sum(companions.begin.begin(), companions.begin.end(), companions.begin.begin());
  companions.token.resize(counted_.size());
  companions.count.resize(counted_.size());
  std::vector<std::int64_t> next(companions.begin.begin(), companions.begin.end() - 1);
  for (const auto& entry : counted_) {
    const auto place =
        static_cast<std::size_t>(next[static_cast<std::size_t>(group_of(entry.pair))]++);
    companions.token[place] = static_cast<std::int32_t>(companion_of(entry.pair));
    companions.count[place] = entry.count;
  }
  return companions;
}

void NeighbourGuess::finish() {
  require(num_tokens_ > 0, "[metric] expected tokens to count but got none");
  compact();
  followers_ = group_by(left_of, right_of);
  predecessors_ = group_by(right_of, left_of);
  counted_ = {};
  most_frequent_ = std::max_element(frequency_.begin(), frequency_.end()) - frequency_.begin();
}

double NeighbourGuess::share(std::int64_t token) const {
  return static_cast<double>(frequency_[static_cast<std::size_t>(token)]) /
         static_cast<double>(num_tokens_);
}

NeighbourGuess::Side NeighbourGuess::side(const Companions& companions, std::int64_t token) const {
  if (token < 0 || token >= vocab_size_) return {};
  const auto begin = static_cast<std::size_t>(companions.begin[static_cast<std::size_t>(token)]);
  const auto size =
      static_cast<std::size_t>(companions.begin[static_cast<std::size_t>(token) + 1]) - begin;
  if (size == 0) return {};
  Side side{std::span(companions.token).subspan(begin, size),
            std::span(companions.count).subspan(begin, size)};
  const auto total = std::accumulate(side.count.begin(), side.count.end(), std::int64_t{0});
  side.occurrences = static_cast<double>(total) + static_cast<double>(size);
  side.back_off = static_cast<double>(size) / side.occurrences;
  return side;
}

// P(w | l) P(w | r) / P(w) = P(w) · gain(l) · gain(r). Among words that neither neighbour knows the
// most frequent one wins, so only it and the neighbours' companions are candidates: one merge of
// two sorted lists.
std::int64_t NeighbourGuess::guess(std::int64_t left, std::int64_t right) const {
  require(!frequency_.empty() && !followers_.begin.empty(), "[metric] guess() before finish()");
  const Side before = side(followers_, left), after = side(predecessors_, right);
  Best best{most_frequent_, share(most_frequent_) * before.back_off * after.back_off};
  std::size_t i = 0, j = 0;
  while (i < before.token.size() || j < after.token.size()) {
    const bool at_left =
        j == after.token.size() || (i < before.token.size() && before.token[i] <= after.token[j]);
    const bool at_right =
        i == before.token.size() || (j < after.token.size() && after.token[j] <= before.token[i]);
    const std::int64_t token = at_left ? before.token[i] : after.token[j];
    const std::int64_t seen_left = at_left ? before.count[i++] : 0;
    const std::int64_t seen_right = at_right ? after.count[j++] : 0;
    if (token == sep_id_) continue;  // a boundary is never what was masked
    const double p = share(token);
    best.offer(token, p * before.gain(seen_left, p) * after.gain(seen_right, p));
  }
  return best.token;
}

GuessScore score_guesses(const NeighbourGuess& guess, std::span<const std::int64_t> tokens,
                         std::span<const std::int32_t> cu_seqlens,
                         std::span<const std::int64_t> masked_positions,
                         std::span<const std::int64_t> labels, std::int64_t mask_id) {
  require(masked_positions.size() == labels.size(),
          "[metric] expected a label for each of {} positions but got {}", masked_positions.size(),
          labels.size());
  GuessScore score;
  for (std::size_t m = 0; m < labels.size(); ++m) {
    const std::int64_t position = masked_positions[m];
    const auto end = std::upper_bound(cu_seqlens.begin(), cu_seqlens.end(), position);
    require(position >= 0 && end != cu_seqlens.end(),
            "[metric] expected masked positions below {} but got {}", tokens.size(), position);
    // The first and the last token of a sequence are where it was cut, not what stood there.
    const std::int64_t first_inside = *(end - 1) + 1, last_inside = *end - 2;
    const auto neighbour = [&](std::int64_t at) {
      if (at < first_inside || at > last_inside) return NeighbourGuess::unknown;
      const std::int64_t token = tokens[static_cast<std::size_t>(at)];
      return token == mask_id ? NeighbourGuess::unknown : token;
    };
    score.count += 1;
    score.most_frequent += labels[m] == guess.most_frequent();
    score.neighbours += labels[m] == guess.guess(neighbour(position - 1), neighbour(position + 1));
  }
  return score;
}

}  // namespace roformer::metric
