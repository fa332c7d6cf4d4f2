#include "roformer/segmentation/word_trie.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <unordered_map>

namespace roformer::segmentation {
namespace {

// Places of nodes: which are free, and the next of them from some place on.
class Places {
 public:
  bool is_free(std::size_t place) const {
    return place / bits >= taken_.size() || (taken_[place / bits] >> place % bits & 1) == 0;
  }
  void take(std::size_t place) {
    if (place / bits >= taken_.size()) taken_.resize(place / bits + 1);
    taken_[place / bits] |= std::uint64_t{1} << place % bits;
    end_ = std::max(end_, place + 1);
  }
  std::size_t next_free(std::size_t from) const {
    std::size_t word = from / bits;
    if (word >= taken_.size()) return from;
    const std::uint64_t below = (std::uint64_t{1} << from % bits) - 1;
    std::uint64_t taken = taken_[word] | below;
    while (taken == ~std::uint64_t{0}) {
      if (++word == taken_.size()) return word * bits;
      taken = taken_[word];
    }
    return word * bits + static_cast<std::size_t>(std::countr_one(taken));
  }
  // Behind all that are taken.
  std::size_t end() const { return end_; }

 private:
  static constexpr std::size_t bits = 64;
  std::vector<std::uint64_t> taken_;
  std::size_t end_ = 0;
};

// The words begin … end share `depth` characters, which lead to `node`.
struct WordRange {
  std::size_t begin, end, depth;
  std::uint32_t node;
};

class TrieBuilder {
 public:
  explicit TrieBuilder(std::vector<WordShare> words) : words_(std::move(words)) {}

  BuiltWordTrie build() {
    number_characters();
    std::sort(words_.begin(), words_.end());
    trie_.nodes.resize(1);
    places_.take(WordTrie::root);
    for (std::vector<WordRange> level = {{0, words_.size(), 0, WordTrie::root}}; !level.empty();) {
      // Nodes with many children find a place while much is free.
      std::stable_sort(level.begin(), level.end(), [](const WordRange& a, const WordRange& b) {
        return a.end - a.begin > b.end - b.begin;
      });
      std::vector<WordRange> below;
      for (const WordRange& range : level) place_children(range, below);
      level = std::move(below);
    }
    trie_.nodes.resize(places_.end() + last_number_);  // so that every step stays within
    return std::move(trie_);
  }

 private:
  // From 1, and turns the words' characters into their numbers.
  void number_characters() {
    std::unordered_map<char32_t, std::size_t> counts;
    for (const auto& [word, share] : words_)
      for (const char32_t c : word) ++counts[c];
    std::vector<std::pair<char32_t, std::size_t>> sorted(counts.begin(), counts.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    trie_.pages.resize(WordTrie::num_pages);
    trie_.numbers.resize(WordTrie::page_size);  // of the pages without a character
    for (const auto& [c, count] : sorted) {
      std::uint32_t& page = trie_.pages[c / WordTrie::page_size];
      if (page == 0) {
        page = static_cast<std::uint32_t>(trie_.numbers.size() / WordTrie::page_size);
        trie_.numbers.resize(trie_.numbers.size() + WordTrie::page_size);
      }
      trie_.numbers[page * WordTrie::page_size + c % WordTrie::page_size] = ++last_number_;
    }
    const WordTrie view = trie_.view();
    for (auto& [word, share] : words_)
      for (char32_t& c : word) c = view.number(c);
  }

  // A base from which the places of all numbers, ascending, are free. What had no room for as many
  // children is not looked at again, so that all searches together are some passes.
  std::uint32_t find_base(const std::vector<std::uint32_t>& numbers) {
    std::size_t& searched = searched_[std::bit_width(numbers.size())];
    for (std::size_t place = std::max<std::size_t>(searched, numbers[0]);; ++place) {
      place = places_.next_free(place);
      const std::size_t base = place - numbers[0];
      const bool fits = std::all_of(numbers.begin(), numbers.end(), [&](std::uint32_t number) {
        return places_.is_free(base + number);
      });
      if (!fits) continue;
      searched = place;
      return static_cast<std::uint32_t>(base);
    }
  }

  void place_children(const WordRange& range, std::vector<WordRange>& below) {
    std::size_t begin = range.begin;
    if (begin == range.end) return;  // the root where there are no words
    if (words_[begin].first.size() == range.depth) {
      trie_.nodes[range.node].log_share = words_[begin].second;
      ++begin;
    }
    std::vector<std::uint32_t> numbers;
    std::vector<std::size_t> starts;
    for (std::size_t i = begin; i < range.end; ++i) {
      const std::uint32_t number = words_[i].first[range.depth];
      if (!numbers.empty() && numbers.back() == number) continue;
      numbers.push_back(number);
      starts.push_back(i);
    }
    if (numbers.empty()) return;
    starts.push_back(range.end);
    const std::uint32_t base = range.node == WordTrie::root ? 0 : find_base(numbers);
    trie_.nodes[range.node].base = base;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::uint32_t child = base + numbers[i];
      places_.take(child);
      if (child >= trie_.nodes.size()) trie_.nodes.resize(child + 1);
      trie_.nodes[child].parent = range.node;
      below.push_back({starts[i], starts[i + 1], range.depth + 1, child});
    }
  }

  std::vector<WordShare> words_;
  BuiltWordTrie trie_;
  Places places_;
  std::array<std::size_t, 33> searched_{};  // by how many bits the number of children has
  std::uint32_t last_number_ = 0;
};

}  // namespace

bool WordTrie::is_sound() const {
  if (pages.size() != num_pages || numbers.empty() || numbers.size() % page_size != 0) return false;
  const std::size_t count = numbers.size() / page_size;
  if (*std::max_element(pages.begin(), pages.end()) >= count) return false;
  const std::size_t last = *std::max_element(numbers.begin(), numbers.end());
  return std::all_of(nodes.begin(), nodes.end(),
                     [&](const WordNode& node) { return node.base + last < nodes.size(); }) &&
         !nodes.empty();
}

BuiltWordTrie build_word_trie(std::vector<WordShare> words) {
  return TrieBuilder(std::move(words)).build();
}

}  // namespace roformer::segmentation
