// From a text to the ids of its tokens, special tokens around it left out: what the kinds of
// tokenizer differ in.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "roformer/text/encoding.h"

namespace roformer::text {

/// Immutable: any number of threads may call it at once.
class PieceEncoder {
 public:
  virtual ~PieceEncoder() = default;
  /// Appends the ids of the text.
  virtual void encode(std::string_view text, std::vector<std::int32_t>& ids) const = 0;
  /// Appends ids and offsets.
  virtual void encode(std::string_view text, std::vector<std::int32_t>& ids,
                      std::vector<Offset>& offsets) const = 0;
};

}  // namespace roformer::text
