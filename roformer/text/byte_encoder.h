// Every byte of the UTF-8 text is a token, as in ByT5 (Xue et al. 2022) and Perceiver: its id is
// the byte and the number of special tokens before it.
#pragma once
#include "roformer/text/added_token_matcher.h"
#include "roformer/text/piece_encoder.h"

namespace roformer::text {

class ByteEncoder final : public PieceEncoder {
 public:
  ByteEncoder(std::int32_t first_byte_id, std::vector<AddedToken> added_tokens)
      : first_byte_id_(first_byte_id), matcher_(std::move(added_tokens)) {}

  /// What is no UTF-8 stays as it is: bytes are bytes.
  void encode(std::string_view text, std::vector<std::int32_t>& ids) const override;
  /// The bytes of one character have its offset.
  void encode(std::string_view text, std::vector<std::int32_t>& ids,
              std::vector<Offset>& offsets) const override;

 private:
  void append_bytes(std::string_view text, std::vector<std::int32_t>& ids) const;

  std::int32_t first_byte_id_;
  AddedTokenMatcher matcher_;
};

}  // namespace roformer::text
