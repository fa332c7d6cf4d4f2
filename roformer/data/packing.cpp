#include "roformer/data/packing.h"

#include <algorithm>

#include "roformer/base/error.h"

namespace roformer::data {

std::int64_t PackedDocuments::num_sequences(std::int64_t length) const {
  base::require(length >= 3,
                "[data] expected sequences of 3 or more tokens ([CLS], a word, [SEP]) but got {}",
                length);
  const std::int64_t room = length - 2;
  return (stream_.size() + room - 1) / room;
}

void PackedDocuments::append_sequence(std::int64_t length, std::int64_t sequence,
                                      std::vector<std::int64_t>& out) const {
  base::require(sequence >= 0 && sequence < num_sequences(length),
                "[data] expected a sequence of 0 … {} but got {}", num_sequences(length) - 1,
                sequence);
  const std::int64_t room = length - 2;
  out.push_back(cls_id_);
  stream_.read(sequence * room, std::min(stream_.size(), (sequence + 1) * room), out);
  out.push_back(sep_id_);
}

}  // namespace roformer::data
