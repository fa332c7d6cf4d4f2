// Documents laid end to end with [SEP] between them and cut into sequences [CLS] … [SEP] of a given
// length: no padding, every sequence full except the last.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/data/document_stream.h"

namespace roformer::data {

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
