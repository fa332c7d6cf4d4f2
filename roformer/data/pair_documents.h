// Pairs of texts as they stand, one a line with a tab between them: what a model that will read
// pairs is best pre-trained on, where there are any.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/data/sequences.h"
#include "roformer/data/token_cache.h"

namespace roformer::data {

/// Encodes the text before the first tab and that behind it with `separator` between their ids;
/// where one of them has no words, the other alone.
Encode encode_pairs(Encode encode, std::int32_t separator);

/// Each document is a sequence of its own.
class PairDocuments final : public Sequences {
 public:
  /// `documents` of `tokens`, which must outlive this.
  PairDocuments(const TokenCache& tokens, const std::vector<std::int64_t>& documents,
                std::int64_t cls_id, std::int64_t sep_id)
      : tokens_(tokens), documents_(documents), cls_id_(cls_id), sep_id_(sep_id) {}

  /// Throws Error below 5.
  std::int64_t count(std::int64_t length) const override;
  /// A pair that is too long loses words at the end of the longer text; a single text at its end, so
  /// that a [SEP] can be put between its words.
  Sequence read(std::int64_t length, std::int64_t sequence) const override;

 private:
  const TokenCache& tokens_;
  const std::vector<std::int64_t>& documents_;
  std::int64_t cls_id_;
  std::int64_t sep_id_;
};

}  // namespace roformer::data
