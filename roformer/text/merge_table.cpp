#include "roformer/text/subword_nmt.h"

#include <algorithm>
#include <queue>

#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

constexpr std::int32_t kNoSymbol = -1;  // in no merge
constexpr std::int32_t kNowhere = -1;

// A pair that could be merged when it was seen.
struct Candidate {
  std::int32_t rank, place;
  bool operator>(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : place > other.place;
  }
};

}  // namespace

// Symbols as a linked list over the word's bytes.
struct MergeTable::Word {
  struct Symbol {
    std::int32_t id;  // kNoSymbol: merged away if `alive` is false, else in no merge
    std::size_t begin, end;
    std::int32_t previous, next;
    bool alive = true;
  };
  std::string text;  // with the mark of its end
  std::vector<Symbol> symbols;

  void add(std::int32_t id, std::size_t begin, std::size_t end) {
    const auto place = static_cast<std::int32_t>(symbols.size());
    if (place > 0) symbols.back().next = place;
    symbols.push_back({id, begin, end, place - 1, kNowhere});
  }
  // The symbol at `place` takes in the one behind it and becomes `id`.
  void join(std::int32_t place, std::int32_t id) {
    Symbol& left = at(place);
    Symbol& right = at(left.next);
    right.alive = false;
    left.id = id;
    left.end = right.end;
    left.next = right.next;
    if (left.next != kNowhere) at(left.next).previous = place;
  }
  // Without the mark.
  std::vector<std::string> parts() const {
    const std::size_t size = text.size() - kWordEnd.size();
    std::vector<std::string> result;
    for (const Symbol& symbol : symbols) {
      const std::size_t stop = std::min(symbol.end, size);
      if (symbol.alive && stop > symbol.begin)
        result.push_back(text.substr(symbol.begin, stop - symbol.begin));
    }
    return result;
  }
  Symbol& at(std::int32_t place) { return symbols[static_cast<std::size_t>(place)]; }
};

MergeTable::MergeTable(const std::vector<Pair>& pairs) {
  for (std::size_t rank = 0; rank < pairs.size(); ++rank) {
    const auto& [left, right] = pairs[rank];
    const Merge merge{static_cast<std::int32_t>(rank), add_symbol(left + right)};
    merges_.try_emplace(key_of(add_symbol(left), add_symbol(right)), merge);
  }
  // subword-nmt's order where several pairs make one symbol: the last place of each pair decides.
  std::unordered_map<std::uint64_t, bool> seen;
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
    const auto key = key_of(find_symbol(pair->first), find_symbol(pair->second));
    if (seen.try_emplace(key, true).second) parts_[pair->first + pair->second] = *pair;
  }
}

std::int32_t MergeTable::add_symbol(const std::string& text) {
  return symbols_.try_emplace(text, static_cast<std::int32_t>(symbols_.size())).first->second;
}

std::int32_t MergeTable::find_symbol(std::string_view text) const {
  const auto place = symbols_.find(text);
  return place == symbols_.end() ? kNoSymbol : place->second;
}

const MergeTable::Merge* MergeTable::find_merge(std::int32_t left, std::int32_t right) const {
  if (left == kNoSymbol || right == kNoSymbol) return nullptr;
  const auto place = merges_.find(key_of(left, right));
  return place == merges_.end() ? nullptr : &place->second;
}

const MergeTable::Pair* MergeTable::parts(const std::string& symbol) const {
  const auto place = parts_.find(symbol);
  return place == parts_.end() ? nullptr : &place->second;
}

MergeTable::Word MergeTable::cut(std::string_view text, bool end_is_symbol) const {
  Word word;
  word.text.append(text).append(kWordEnd);
  const auto add = [&](std::size_t begin, std::size_t end) {
    word.add(find_symbol(std::string_view(word.text).substr(begin, end - begin)), begin, end);
  };
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end =
        begin + unicode::decode_utf8(word.text.data() + begin, word.text.data() + text.size()).size;
    if (end == text.size() && !end_is_symbol) end = word.text.size();
    add(begin, end);
    begin = end;
  }
  if (end_is_symbol) add(text.size(), word.text.size());
  return word;
}

std::vector<std::string> MergeTable::merge(std::string_view text, bool end_is_symbol) const {
  Word word = cut(text, end_is_symbol);
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
  const auto find = [&](std::int32_t place) -> const Merge* {
    if (place == kNowhere || word.at(place).next == kNowhere) return nullptr;
    return find_merge(word.at(place).id, word.at(word.at(place).next).id);
  };
  const auto offer = [&](std::int32_t place) {
    if (const Merge* merge = find(place)) candidates.push({merge->rank, place});
  };
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(word.symbols.size()); ++i) offer(i);

  std::vector<std::int32_t> places;
  while (!candidates.empty()) {
    // All places of the pair before its merges make new pairs, which may rank lower still.
    const std::int32_t rank = candidates.top().rank;
    places.clear();
    for (; !candidates.empty() && candidates.top().rank == rank; candidates.pop())
      places.push_back(candidates.top().place);
    for (const std::int32_t place : places) {
      const Merge* merge = word.at(place).alive ? find(place) : nullptr;
      if (merge == nullptr || merge->rank != rank) continue;
      word.join(place, merge->symbol);
      offer(word.at(place).previous);
      offer(place);
    }
  }
  return word.parts();
}

}  // namespace roformer::text
