// The two ways of cutting lines that a SubwordTokenizer knows, over one table of ids.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/sentencepiece_model.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

/// Ids of tokens with a meaning of their own.
struct SubwordIds {
  std::int32_t end, unk, pad;
};

/// Cuts the lines of one side and joins tokens. Lines are valid UTF-8.
class SubwordCoder {
 public:
  virtual ~SubwordCoder() = default;
  /// Appends the ids of a line.
  virtual void encode(std::string_view line, std::vector<std::int64_t>& ids) const = 0;
  /// Joins tokens to a line.
  virtual std::string decode(const std::vector<std::string>& tokens) const = 0;
};

/// By a SentencePiece model, as transformers' MarianTokenizer. `vocabulary` must outlive it.
std::unique_ptr<const SubwordCoder> make_sentencepiece_coder(
    std::shared_ptr<const SentencePieceModel> model, const Vocabulary& vocabulary,
    const SubwordIds& ids);

/// By subword-nmt's codes, whose file is `name`.
std::unique_ptr<const SubwordCoder> make_subword_nmt_coder(std::string_view codes,
                                                           std::string_view name,
                                                           const Vocabulary& vocabulary,
                                                           const SubwordIds& ids);

}  // namespace roformer::text
