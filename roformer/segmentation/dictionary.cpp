#include "roformer/segmentation/dictionary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "roformer/base/double_array.h"
#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/unicode/utf8.h"

namespace roformer::segmentation {

namespace fs = std::filesystem;

namespace {

// A compiled file: this, the trie's pages, numbers and nodes. Another layout has another mark.
struct Header {
  char mark[8] = {'R', 'F', 'W', 'O', 'R', 'D', 'S', '3'};
  std::uint64_t key = 0;    // hash of what it was compiled of
  std::uint64_t check = 0;  // hash of all else
  std::uint64_t fingerprint = 0, words = 0, numbers = 0, nodes = 0;
  double unknown = 0;
};
static_assert(sizeof(Header) == 64 && sizeof(WordNode) == 16);

std::uint64_t check_of(Header header, const WordTrie& trie) {
  header.check = 0;
  std::uint64_t sum = base::hash_values(std::span<const Header>(&header, 1));
  sum = base::hash_values(trie.pages, sum);
  sum = base::hash_values(trie.numbers, sum);
  return base::hash_values(trie.nodes, sum);
}

using SortedWords = std::vector<std::pair<std::string_view, double>>;

// As dictionaries were first compiled, a trie of bytes with the shares beside it: what was learned
// of words that have not changed since then goes on.
std::uint64_t fingerprint_of(const SortedWords& words, double unknown) {
  std::vector<base::TrieKey> keys;
  std::vector<double> shares;
  for (const auto& [word, share] : words) {
    keys.push_back({0, word, static_cast<std::int32_t>(keys.size())});
    shares.push_back(share);
  }
  const std::uint64_t of_shares = base::hash_values(
      std::span<const double>(shares), base::hash_values(std::span<const double>(&unknown, 1)));
  return base::hash_values(
      std::span<const base::TrieNode>(base::build_double_array(std::move(keys), 1)), of_shares);
}

}  // namespace

Dictionary::Dictionary(const WordList& words) {
  base::require(words.total() > 0,
                "[segmentation] expected words seen more than 0 times but got none");
  // The order of operations is jieba's: equal paths stay equal.
  const double log_total = std::log(static_cast<double>(words.total()));
  SortedWords sorted;  // so that the same words give the same file
  for (const auto& [word, frequency] : words.words())
    sorted.emplace_back(
        word, frequency == 0 ? kept_apart : std::log(static_cast<double>(frequency)) - log_total);
  std::sort(sorted.begin(), sorted.end());
  std::vector<WordShare> shares;
  for (const auto& [word, share] : sorted)
    shares.emplace_back(unicode::to_code_points(word), share);
  built_ = std::make_shared<const BuiltWordTrie>(build_word_trie(std::move(shares)));
  trie_ = built_->view();
  num_words_ = std::ssize(sorted);
  unknown_ = std::log(1.0) - log_total;
  fingerprint_ = fingerprint_of(sorted, unknown_);
}

double Dictionary::log_share(std::string_view word) const {
  std::uint32_t node = WordTrie::root;
  const char* const end = word.data() + word.size();
  for (const char* p = word.data(); p < end && node != WordNode::free;) {
    const auto c = unicode::decode_utf8(p, end);
    node = trie_.step(node, trie_.number(c.code));
    p += c.size;
  }
  return node == WordNode::free ? std::numeric_limits<double>::quiet_NaN()
                                : trie_.nodes[node].log_share;
}

// False for a file that is not there, is of another text or is damaged: it is compiled again.
bool Dictionary::map(const fs::path& file, std::uint64_t key) {
  if (!fs::exists(file)) return false;
  auto map = std::make_shared<const base::MappedFile>(file);
  Header header;
  if (map->size() < sizeof(Header)) return false;
  std::memcpy(&header, map->data(), sizeof(Header));
  if (std::memcmp(header.mark, Header().mark, sizeof(header.mark)) != 0 || header.key != key)
    return false;
  constexpr std::uint64_t number_bytes = sizeof(std::uint32_t);
  constexpr std::uint64_t page_bytes = WordTrie::num_pages * number_bytes;
  const std::uint64_t most = map->size() / number_bytes;
  if (header.numbers > most || header.nodes > most ||
      sizeof(Header) + page_bytes + header.numbers * number_bytes +
              header.nodes * sizeof(WordNode) !=
          map->size())
    return false;
  const char* const pages = map->data() + sizeof(Header);
  const char* const numbers = pages + page_bytes;
  const char* const nodes = numbers + header.numbers * number_bytes;
  const WordTrie trie{{reinterpret_cast<const std::uint32_t*>(pages), WordTrie::num_pages},
                      {reinterpret_cast<const std::uint32_t*>(numbers), header.numbers},
                      {reinterpret_cast<const WordNode*>(nodes), header.nodes}};
  if (check_of(header, trie) != header.check || !trie.is_sound()) return false;
  trie_ = trie;
  num_words_ = static_cast<std::int64_t>(header.words);
  unknown_ = header.unknown;
  fingerprint_ = header.fingerprint;
  map_ = std::move(map);
  return true;
}

void Dictionary::save(const fs::path& file, std::uint64_t key) const {
  Header header;
  header.key = key;
  header.fingerprint = fingerprint_;
  header.words = static_cast<std::uint64_t>(num_words_);
  header.numbers = trie_.numbers.size();
  header.nodes = trie_.nodes.size();
  header.unknown = unknown_;
  header.check = check_of(header, trie_);
  base::make_folder(file.parent_path());
  base::write_file_atomically(file, [&](const base::Append& append) {
    append(&header, sizeof(Header));
    append(trie_.pages.data(), trie_.pages.size_bytes());
    append(trie_.numbers.data(), trie_.numbers.size_bytes());
    append(trie_.nodes.data(), trie_.nodes.size_bytes());
  });
}

Dictionary Dictionary::open(const fs::path& file, const std::vector<UserWords>& users,
                            const fs::path& cache) {
  std::uint64_t key = base::hash_bytes(base::MappedFile(file).view());
  for (const UserWords& user : users) key = base::hash_bytes(user.text, key);
  const fs::path compiled = cache / fmt::format("words3-{:016x}.bin", key);
  Dictionary mapped;
  if (mapped.map(compiled, key)) return mapped;
  WordList words;
  words.add_file(file);
  for (const UserWords& user : users) words.add_user(user);
  base::require(words.total() > 0,
                "[segmentation] {}: expected words seen more than 0 times but got none",
                file.string());
  Dictionary dictionary(words);
  try {
    dictionary.save(compiled, key);
  } catch (const Error& error) {  // it serves from memory
    spdlog::warn("{}; the dictionary will be compiled again", error.what());
  }
  return dictionary;
}

}  // namespace roformer::segmentation
