// A number of what a run learns from: other text or another vocabulary under the same names must
// not be gone on with.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "roformer/base/hash.h"
#include "roformer/data/corpus.h"
#include "roformer/data/token_stream.h"
#include "roformer/labelled/encoded_corpus.h"
#include "roformer/parallel/parallel_corpus.h"
#include "roformer/text/tokenizer.h"

namespace roformer::task {

class Fingerprint {
 public:
  /// Adds a document or a part of a text.
  void add(std::span<const std::int32_t> ids) {
    add(std::vector<std::int64_t>(ids.begin(), ids.end()));
  }
  /// The same for wider ids.
  void add(std::span<const std::int64_t> ids) { sum_ = base::hash_values(ids, sum_); }
  /// Adds the beginning of a part.
  void add_border(std::uint64_t part) { sum_ = base::derive(sum_, part); }
  /// Adds a tokenizer: its vocabulary and how it cuts.
  void add(const text::Tokenizer& tokenizer) { sum_ = base::derive(sum_, tokenizer.fingerprint()); }
  /// Sixteen hexadecimal digits.
  std::string text() const { return fmt::format("{:016x}", sum_); }

 private:
  std::uint64_t sum_ = 0;
};

/// Of what is learned and held out of a text, and of its vocabulary.
std::string fingerprint_of(const data::Corpus& corpus);
std::string fingerprint_of(const data::TokenStream& stream);
std::string fingerprint_of(const parallel::ParallelCorpus& corpus);
std::string fingerprint_of(const labelled::EncodedCorpus& corpus);

}  // namespace roformer::task
