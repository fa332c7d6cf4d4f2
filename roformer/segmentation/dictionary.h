// A dictionary ready to be searched: a trie of the words and the logarithm of each one's share,
// compiled once into a file that is mapped.
#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "roformer/base/double_array.h"
#include "roformer/base/file.h"
#include "roformer/segmentation/word_list.h"

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

  std::span<const base::TrieNode> nodes() const { return nodes_; }
  /// log(frequency / total) of the word that ends at a node with this id; of a frequency of 0
  /// `kept_apart`: what looks like a word and shall not be one.
  double log_share(std::int32_t id) const { return log_shares_[static_cast<std::size_t>(id)]; }
  static constexpr double kept_apart = -std::numeric_limits<double>::infinity();
  /// Whether a text is a word.
  bool knows(std::string_view word) const { return log_share_of(word) > kept_apart; }
  /// Whether it is there with the frequency 0.
  bool is_kept_apart(std::string_view word) const { return log_share_of(word) == kept_apart; }
  /// Of what is no word: as if it had been seen once.
  double log_share_of_unknown() const { return unknown_; }
  std::int64_t num_words() const { return std::ssize(log_shares_); }
  /// Changes with the words and their frequencies.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  struct Compiled;
  Dictionary() = default;
  // NaN of what is not there.
  double log_share_of(std::string_view word) const;
  bool map(const std::filesystem::path& file, std::uint64_t key);
  void save(const std::filesystem::path& file, std::uint64_t key) const;

  std::shared_ptr<const Compiled> compiled_;     // or
  std::shared_ptr<const base::MappedFile> map_;  // whose bytes the two below are
  std::span<const base::TrieNode> nodes_;
  std::span<const double> log_shares_;
  double unknown_ = 0;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace roformer::segmentation
