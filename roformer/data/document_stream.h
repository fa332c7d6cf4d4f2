// Documents laid end to end with one token between them: one long row of ids. Nothing is stored:
// any length reads from the same cache. And that row cut into sequences.
#pragma once
#include <cstdint>
#include <vector>

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

constexpr std::int64_t shortest_sequence = 3;  // [CLS], a word, [SEP]

/// Documents end to end with [SEP] between them, cut into sequences [CLS] … [SEP] of a given
/// length: no padding, every sequence full except the last.
class PackedDocuments {
 public:
  /// `documents` of `tokens`, which must outlive this.
  PackedDocuments(const TokenCache& tokens, const std::vector<std::int64_t>& documents,
                  std::int64_t cls_id, std::int64_t sep_id)
      : stream_(tokens, documents, sep_id), cls_id_(cls_id), sep_id_(sep_id) {}

  /// Sequences of `length` tokens, [CLS] and [SEP] included; the last may be shorter. Error if
  /// length < 3.
  std::int64_t num_sequences(std::int64_t length) const;
  /// Appends one sequence's ids.
  void append_sequence(std::int64_t length, std::int64_t sequence,
                       std::vector<std::int64_t>& out) const;

 private:
  DocumentStream stream_;
  std::int64_t cls_id_;
  std::int64_t sep_id_;
};

}  // namespace roformer::data
