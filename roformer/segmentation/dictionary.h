// A dictionary ready to be searched: a trie of the words and the logarithm of each one's share,
// compiled once into a file that is mapped.
#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/segmentation/word_list.h"
#include "roformer/segmentation/word_trie.h"

namespace roformer::segmentation {

/// Immutable: any number of threads may search it.
class Dictionary {
 public:
  /// In memory.
  explicit Dictionary(const WordList& words);
  /// Compiles the words of `file` with the users' on top, or maps what an earlier call has compiled
  /// of the same bytes into `cache`. Throws Error as WordList does.
  static Dictionary open(const std::filesystem::path& file, const std::vector<UserWords>& users,
                         const std::filesystem::path& cache);

  /// Of the words with log(frequency / total); of a frequency of 0 `kept_apart`: what looks like a
  /// word and shall not be one.
  const WordTrie& trie() const { return trie_; }
  /// The same of a text; NaN of what is not there.
  double log_share(std::string_view word) const;
  static constexpr double kept_apart = -std::numeric_limits<double>::infinity();
  /// Whether a text is a word.
  bool knows(std::string_view word) const { return log_share(word) > kept_apart; }
  /// Whether it is there with the frequency 0.
  bool is_kept_apart(std::string_view word) const { return log_share(word) == kept_apart; }
  /// Of what is no word: as if it had been seen once.
  double log_share_of_unknown() const { return unknown_; }
  std::int64_t num_words() const { return num_words_; }
  /// Changes with the words and their frequencies.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  Dictionary() = default;
  bool map(const std::filesystem::path& file, std::uint64_t key);
  void save(const std::filesystem::path& file, std::uint64_t key) const;

  std::shared_ptr<const BuiltWordTrie> built_;   // or
  std::shared_ptr<const base::MappedFile> map_;  // what the trie lies in
  WordTrie trie_;
  std::int64_t num_words_ = 0;
  double unknown_ = 0;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace roformer::segmentation
