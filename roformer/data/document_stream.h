// Documents laid end to end with one token between them: one long row of ids. Nothing is stored:
// any length reads from the same cache. And that row cut into sequences.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/data/sequences.h"
#include "roformer/data/token_cache.h"

namespace roformer::data {

class DocumentStream {
 public:
  /// `documents` of `tokens`, which must outlive this; `separator` stands between two of them.
  DocumentStream(const TokenCache& tokens, const std::vector<std::int64_t>& documents,
                 std::int64_t separator);

  std::int64_t size() const { return starts_.back(); }
  /// Appends the ids from place `begin` to `end`.
  void read(std::int64_t begin, std::int64_t end, std::vector<std::int64_t>& out) const;

 private:
  const TokenCache& tokens_;
  const std::vector<std::int64_t>& documents_;
  std::vector<std::int64_t> starts_;  // where each document begins in the stream, and the end
  std::int64_t separator_;
};

/// Documents end to end with [SEP] between them, cut into sequences [CLS] … [SEP] of a given
/// length: no padding, every sequence full except the last.
class PackedDocuments final : public Sequences {
 public:
  /// `documents` of `tokens`, which must outlive this.
  PackedDocuments(const TokenCache& tokens, const std::vector<std::int64_t>& documents,
                  std::int64_t cls_id, std::int64_t sep_id)
      : stream_(tokens, documents, sep_id), cls_id_(cls_id), sep_id_(sep_id) {}

  std::int64_t count(std::int64_t length) const override;
  /// No pair: a [SEP] within it ends a document. The last may be shorter than `length`.
  Sequence read(std::int64_t length, std::int64_t sequence) const override;

 private:
  DocumentStream stream_;
  std::int64_t cls_id_;
  std::int64_t sep_id_;
};

}  // namespace roformer::data
