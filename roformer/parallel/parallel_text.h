// Where the pairs of a translation recipe lie, which of them are held out, and their tokenizer.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/documents/pair_source.h"
#include "roformer/parallel/parallel_options.h"
#include "roformer/text/tokenizer.h"

namespace roformer::parallel {

/// The files of the training text.
class ParallelText {
 public:
  /// Finds the files (fetches apt's lists). Throws Error naming file and key where there are none.
  explicit ParallelText(const ParallelOptions& options);

  /// All pairs of the training text, held-out ones included.
  std::unique_ptr<documents::PairSource> open() const;
  /// Changes with the files (path, size, time of change).
  std::uint64_t key() const;

 private:
  ParallelOptions options_;
  std::vector<std::filesystem::path> source_, target_, pairs_;
};

/// Pairs of the files that hold out a part; null where shares do.
std::unique_ptr<documents::PairSource> open_held_out(const ParallelOptions& options,
                                                     data::Split split);

/// The part of a pair of the training text, by the hash of its source line (hash_bytes): equal
/// sentences are never on both sides, and each held-out part hangs on its own share alone.
data::Split split_of(std::uint64_t source_hash, const ParallelOptions& options);

/// The tokenizer of a translation recipe: given as a folder, a SentencePiece model or subword-nmt's
/// codes, or trained on the training pairs and kept in the cache. Throws Error naming file and key.
text::Tokenizer find_subword_tokenizer(const ParallelOptions& options,
                                       const ParallelText& training_text, int threads);

}  // namespace roformer::parallel
