#include "roformer/segmentation/segmenter.h"

#include <limits>

#include "roformer/segmentation/blocks.h"
#include "roformer/unicode/utf8.h"

namespace roformer::segmentation {
namespace {

using unicode::decode_utf8;

// Letters and digits, with decimals and a percent sign behind them, and what is between them:
// jieba's [a-zA-Z0-9]+(?:\.\d+)?%?
void cut_at_numbers(std::string_view text, std::vector<std::string_view>& words) {
  const auto run = [&](std::size_t from, auto of) {
    while (from < text.size() && of(text[from])) ++from;
    return from;
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!text.empty()) {
    std::size_t size = run(0, is_letter_or_digit);
    if (size == 0) {
      size = run(0, [](char c) { return !is_letter_or_digit(c); });
    } else {
      if (size < text.size() && text[size] == '.') {
        const std::size_t decimals = run(size + 1, is_digit);
        if (decimals > size + 1) size = decimals;
      }
      if (size < text.size() && text[size] == '%') ++size;
    }
    words.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
}

}  // namespace

// The longest block of characters that words may have, which the text begins with: where they are
// in the dictionary is looked up on the way.
std::string_view Segmenter::read_block(std::string_view text, Scratch& scratch) const {
  const WordTrie trie = dictionary_->trie();
  const char* const end = text.data() + text.size();
  const char* p = text.data();
  std::size_t count = 0;
  std::uint32_t before = WordTrie::root;  // the root's child by a number stands at that number
  while (p < end) {
    const auto c = decode_utf8(p, end);
    if (!is_of_words(c.code)) break;
    const std::uint32_t number = trie.number(c.code);
    __builtin_prefetch(&trie.nodes[trie.place(before, number)]);
    if (count + 1 >= scratch.begins.size()) scratch.grow();
    scratch.begins[count] = static_cast<std::uint32_t>(p - text.data());
    scratch.numbers[count++] = before = number;
    p += c.size;
  }
  scratch.count = count;
  if (count == 0) return {};
  const auto size = static_cast<std::size_t>(p - text.data());
  scratch.begins[count] = static_cast<std::uint32_t>(size);
  scratch.numbers[count] = 0;
  return text.substr(0, size);
}

// From the end: the best way on from a character goes over one of the words that begin there.
void Segmenter::find_best(Scratch& scratch) const {
  const WordTrie trie = dictionary_->trie();
  const double unknown = dictionary_->log_share_of_unknown();
  const std::uint32_t* const numbers = scratch.numbers.data();
  double* const best = scratch.best.data();
  std::uint32_t* const next = scratch.next.data();
  constexpr std::uint32_t none = 0;
  best[scratch.count] = 0;
  for (std::size_t from = scratch.count; from-- > 0;) {
    // No way is worse; what is no word, NaN, and what is kept apart are not better.
    double best_way = std::numeric_limits<double>::lowest();
    std::uint32_t behind = none;
    std::size_t to = from;
    std::uint32_t node = trie.step(WordTrie::root, numbers[to++]);
    for (; node != WordNode::free; node = trie.step(node, numbers[to++])) {
      const double way = trie.nodes[node].log_share + best[to];
      const bool is_better = way >= best_way;  // of equal ones the longer word, as jieba takes it
      best_way = is_better ? way : best_way;
      behind = is_better ? static_cast<std::uint32_t>(to) : behind;
    }
    best[from] = behind == none ? unknown + best[from + 1] : best_way;
    next[from] = behind == none ? static_cast<std::uint32_t>(from + 1) : behind;
  }
}

// The words of the best way; letters and digits that are single on it are one word.
void Segmenter::join_letters(std::string_view block, const Scratch& scratch,
                             std::vector<std::string_view>& words) const {
  const std::size_t count = scratch.count;
  std::size_t letters = 0;  // bytes of single letters and digits that wait to be one word
  for (std::size_t at = 0; at < count;) {
    const std::size_t next = scratch.next[at];
    const std::uint32_t begin = scratch.begins[at];
    const bool is_letter = next == at + 1 && is_letter_or_digit(block[begin]);
    if (is_letter) {
      ++letters;
    } else {
      if (letters > 0) words.push_back(block.substr(begin - letters, letters));
      letters = 0;
      words.push_back(block.substr(begin, scratch.begins[next] - begin));
    }
    at = next;
  }
  if (letters > 0) words.push_back(block.substr(block.size() - letters));
}

// The words of the best way; characters that are single on it are cut by the model, row by row.
void Segmenter::join_by_model(std::string_view block, Scratch& scratch,
                              std::vector<std::string_view>& words) const {
  const auto& begins = scratch.begins;
  const std::size_t count = scratch.count;
  std::size_t first = 0;  // of the single characters that wait
  for (std::size_t at = 0; at <= count;) {
    const std::size_t next = at < count ? scratch.next[at] : at;
    if (next == at + 1) {
      at = next;
      continue;
    }
    cut_singles(block.substr(begins[first], begins[at] - begins[first]), at - first, scratch,
                words);
    if (at == count) return;
    words.push_back(block.substr(begins[at], begins[next] - begins[at]));
    first = at = next;
  }
}

// What the dictionary has as a word, though cutting it is more probable, stays cut.
void Segmenter::cut_singles(std::string_view singles, std::size_t count, Scratch& scratch,
                            std::vector<std::string_view>& words) const {
  if (count == 0) return;
  if (count == 1) return words.push_back(singles);
  if (dictionary_->knows(singles)) return cut_into_characters(singles, words);
  const char* const end = singles.data() + singles.size();
  for (const char* p = singles.data(); p < end;) {
    const char* const begin = p;
    const bool known = HiddenMarkovModel::knows(decode_utf8(p, end).code);
    while (p < end && HiddenMarkovModel::knows(decode_utf8(p, end).code) == known)
      p += decode_utf8(p, end).size;
    const std::string_view part(begin, static_cast<std::size_t>(p - begin));
    known ? cut_unknown(part, scratch, words) : cut_at_numbers(part, words);
  }
}

// Ideographs by the model; a word that the dictionary has with the frequency 0 is cut into them.
void Segmenter::cut_unknown(std::string_view text, Scratch& scratch,
                            std::vector<std::string_view>& words) const {
  scratch.characters.clear();
  scratch.sizes.clear();
  const char* p = text.data();
  for (const char* const end = p + text.size(); p < end; p += decode_utf8(p, end).size)
    scratch.characters.push_back(decode_utf8(p, end).code);
  model_->cut(scratch.characters, scratch.sizes);
  constexpr std::uint32_t bytes_of_ideograph = 3;
  for (const std::uint32_t size : scratch.sizes) {
    const std::string_view word = text.substr(0, size * bytes_of_ideograph);
    text.remove_prefix(word.size());
    dictionary_->is_kept_apart(word) ? cut_into_characters(word, words) : words.push_back(word);
  }
}

void Segmenter::cut(std::string_view text, Scratch& scratch,
                    std::vector<std::string_view>& words) const {
  while (!text.empty()) {
    const std::string_view block = read_block(text, scratch);
    if (block.empty()) {
      const std::string_view between = first_block(text).text;
      cut_into_characters(between, words);
      text.remove_prefix(between.size());
      continue;
    }
    find_best(scratch);
    model_ == nullptr ? join_letters(block, scratch, words) : join_by_model(block, scratch, words);
    text.remove_prefix(block.size());
  }
}

}  // namespace roformer::segmentation
