#include "roformer/segmentation/dictionary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"

namespace roformer::segmentation {

namespace fs = std::filesystem;

// What stands in memory where no file does.
struct Dictionary::Compiled {
  std::vector<base::TrieNode> nodes;
  std::vector<double> log_shares;
};

namespace {

// A compiled file: this, the logarithms, the nodes. Another layout has another mark.
struct Header {
  char mark[8] = {'R', 'F', 'W', 'O', 'R', 'D', 'S', '2'};
  std::uint64_t key = 0;          // hash of what it was compiled of
  std::uint64_t fingerprint = 0;  // of all that follows the header
  std::uint64_t words = 0, nodes = 0;
  double unknown = 0;
};
static_assert(sizeof(Header) == 48 && sizeof(base::TrieNode) == 12);

std::uint64_t fingerprint_of(std::span<const base::TrieNode> nodes, std::span<const double> shares,
                             double unknown) {
  const std::uint64_t of_shares =
      base::hash_values(shares, base::hash_values(std::span<const double>(&unknown, 1)));
  return base::hash_values(nodes, of_shares);
}

}  // namespace

Dictionary::Dictionary(const WordList& words) {
  // Sorted, so that the same words give the same file.
  std::vector<std::pair<std::string_view, std::uint64_t>> sorted(words.words().begin(),
                                                                 words.words().end());
  base::require(words.total() > 0,
                "[segmentation] expected words seen more than 0 times but got none");
  std::sort(sorted.begin(), sorted.end());
  // The order of operations is jieba's: equal paths stay equal.
  const double log_total = std::log(static_cast<double>(words.total()));
  auto compiled = std::make_shared<Compiled>();
  std::vector<base::TrieKey> keys;
  for (const auto& [word, frequency] : sorted) {
    keys.push_back({0, word, static_cast<std::int32_t>(keys.size())});
    compiled->log_shares.push_back(
        frequency == 0 ? kept_apart : std::log(static_cast<double>(frequency)) - log_total);
  }
  compiled->nodes = base::build_double_array(std::move(keys), 1);
  unknown_ = std::log(1.0) - log_total;
  nodes_ = compiled->nodes;
  log_shares_ = compiled->log_shares;
  fingerprint_ = fingerprint_of(nodes_, log_shares_, unknown_);
  compiled_ = std::move(compiled);
}

double Dictionary::log_share_of(std::string_view word) const {
  std::uint32_t node = 0;
  for (const char byte : word) {
    node = base::trie_step(nodes_, node, byte);
    if (node == base::TrieNode::free) return std::numeric_limits<double>::quiet_NaN();
  }
  const std::int32_t id = nodes_[node].id;
  return id < 0 ? std::numeric_limits<double>::quiet_NaN() : log_share(id);
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
  const std::uint64_t most = map->size() / sizeof(double);
  if (header.words > most || header.nodes > most ||
      sizeof(Header) + header.words * sizeof(double) + header.nodes * sizeof(base::TrieNode) !=
          map->size())
    return false;
  const char* const shares = map->data() + sizeof(Header);
  const char* const nodes = shares + header.words * sizeof(double);
  log_shares_ = {reinterpret_cast<const double*>(shares), header.words};
  nodes_ = {reinterpret_cast<const base::TrieNode*>(nodes), header.nodes};
  unknown_ = header.unknown;
  fingerprint_ = header.fingerprint;
  if (fingerprint_of(nodes_, log_shares_, unknown_) != fingerprint_ ||
      !base::is_sound_double_array(nodes_, static_cast<std::int32_t>(header.words)))
    return false;
  map_ = std::move(map);
  return true;
}

void Dictionary::save(const fs::path& file, std::uint64_t key) const {
  Header header;
  header.key = key;
  header.fingerprint = fingerprint_;
  header.words = log_shares_.size();
  header.nodes = nodes_.size();
  header.unknown = unknown_;
  base::make_folder(file.parent_path());
  base::write_file_atomically(file, [&](const base::Append& append) {
    append(&header, sizeof(Header));
    append(log_shares_.data(), log_shares_.size_bytes());
    append(nodes_.data(), nodes_.size_bytes());
  });
}

Dictionary Dictionary::open(const fs::path& file, const std::vector<UserWords>& users,
                            const fs::path& cache) {
  std::uint64_t key = base::hash_bytes(base::MappedFile(file).view());
  for (const UserWords& user : users) key = base::hash_bytes(user.text, key);
  const fs::path compiled = cache / fmt::format("words-{:016x}.bin", key);
  Dictionary mapped;
  if (mapped.map(compiled, key)) return mapped;
  WordList words;
  words.add_file(file);
  for (const UserWords& user : users) words.add_user(user);
  Dictionary dictionary(words);
  try {
    dictionary.save(compiled, key);
  } catch (const Error& error) {  // it serves from memory
    spdlog::warn("{}; the dictionary will be compiled again", error.what());
  }
  return dictionary;
}

}  // namespace roformer::segmentation
