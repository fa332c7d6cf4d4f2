#include "roformer/segmentation/segmenter.h"

#include <limits>

#include "roformer/unicode/utf8.h"

namespace roformer::segmentation {
namespace {

using unicode::decode_utf8;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The characters that words may have: the ranges of jieba-rs.
bool is_of_words(char32_t c) {
  if (c < 0x80) {
    const char byte = static_cast<char>(c);
    return is_letter_or_digit(byte) ||
           std::string_view("+#&._%-").find(byte) != std::string_view::npos;
  }
  constexpr struct {
    char32_t first, last;
  } ranges[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F},
                {0x2B820, 0x2CEAF}, {0x2CEB0, 0x2EBEF}, {0x2F800, 0x2FA1F}};
  for (const auto& range : ranges)
    if (c >= range.first && c <= range.last) return true;
  return false;
}

// A text in pieces whose characters may be in words, or may not.
struct Block {
  std::string_view text;
  bool is_of_words = false;
};

Block first_block(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* p = text.data();
  bool kind = false;
  while (p < end) {
    const auto c = decode_utf8(p, end);
    const bool now = is_of_words(c.code);
    if (p == text.data()) kind = now;
    if (now != kind) break;
    p += c.size;
  }
  return {text.substr(0, static_cast<std::size_t>(p - text.data())), kind};
}

void cut_into_characters(std::string_view text, std::vector<std::string_view>& words) {
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const std::size_t left = static_cast<std::size_t>(end - p);
    const bool is_line_end = left > 1 && p[0] == '\r' && p[1] == '\n';
    const std::size_t size = is_line_end ? 2 : decode_utf8(p, end).size;
    words.emplace_back(p, size);
    p += size;
  }
}

}  // namespace

// From the end: the best way on from a character goes over one of the words that begin there.
// `begins` must be filled.
void Segmenter::find_best(std::string_view block, Scratch& scratch) const {
  const auto& begins = scratch.begins;
  const std::size_t count = begins.size() - 1;
  scratch.best.assign(count + 1, 0);
  scratch.next.assign(count + 1, 0);
  const auto nodes = dictionary_->nodes();
  for (std::size_t from = count; from-- > 0;) {
    double best = -std::numeric_limits<double>::infinity();
    std::size_t next = from + 1;
    std::uint32_t node = 0;
    bool found = false;
    for (std::size_t to = from; to < count && node != base::TrieNode::free; ++to) {
      for (std::uint32_t byte = begins[to]; byte < begins[to + 1]; ++byte) {
        node = base::trie_step(nodes, node, block[byte]);
        if (node == base::TrieNode::free) break;
      }
      if (node == base::TrieNode::free || nodes[node].id < 0) continue;
      const double way = dictionary_->log_share(nodes[node].id) + scratch.best[to + 1];
      found = true;
      if (way >= best) {  // of equal ones the longer word, as jieba takes it
        best = way;
        next = to + 1;
      }
    }
    if (!found) best = dictionary_->log_share_of_unknown() + scratch.best[from + 1];
    scratch.best[from] = best;
    scratch.next[from] = static_cast<std::uint32_t>(next);
  }
}

void Segmenter::cut_block(std::string_view block, Scratch& scratch,
                          std::vector<std::string_view>& words) const {
  scratch.begins.clear();
  const char* const end = block.data() + block.size();
  for (const char* p = block.data(); p < end; p += decode_utf8(p, end).size)
    scratch.begins.push_back(static_cast<std::uint32_t>(p - block.data()));
  scratch.begins.push_back(static_cast<std::uint32_t>(block.size()));
  find_best(block, scratch);
  const std::size_t count = scratch.begins.size() - 1;
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

void Segmenter::cut(std::string_view text, Scratch& scratch,
                    std::vector<std::string_view>& words) const {
  while (!text.empty()) {
    const Block block = first_block(text);
    text.remove_prefix(block.text.size());
    block.is_of_words ? cut_block(block.text, scratch, words)
                      : cut_into_characters(block.text, words);
  }
}

}  // namespace roformer::segmentation
