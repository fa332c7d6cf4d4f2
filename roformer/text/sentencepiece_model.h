// A SentencePiece model (Kudo and Richardson 2018), read by libsentencepiece
// (sentencepiece_library.h).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/sentencepiece_library.h"

namespace roformer::text {

/// Immutable; its const functions are safe from several threads.
class SentencePieceModel {
 public:
  /// `bytes` of a .model file; `name` says where they come from. Throws Error if they are none.
  SentencePieceModel(std::string bytes, std::string_view name);

  /// The model's own ids of a line of valid UTF-8. Neighbouring unknown characters are one id.
  std::vector<int> encode_ids(std::string_view line) const;
  /// The same as pieces; what is unknown stands as in the line.
  std::vector<std::string> encode(std::string_view line) const;
  /// Pieces joined: U+2581 becomes a space, one at the start goes.
  std::string decode(const std::vector<std::string>& pieces) const;

  int size() const;
  /// The piece of an id below size().
  const std::string& piece(int id) const;
  /// Whether the id stands for text (or a byte), not for <unk>, <s>, </s> and the like.
  bool is_text(int id) const;
  bool is_unknown(int id) const;
  /// What it was read from.
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::string name_;
  std::unique_ptr<const SentencePieceProcessor> processor_;
};

}  // namespace roformer::text
