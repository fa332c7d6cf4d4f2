// Candidates for each [MASK] of a line of text. The header is light: no tensors in it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "roformer/pipeline/lines.h"
#include "roformer/pipeline/text_pieces.h"

// Their headers are LibTorch's.
namespace at {
class Tensor;
}
namespace roformer::packed {
struct PackedBatch;
}
namespace roformer::head {
class LanguageModelImpl;
}
namespace roformer::pipeline {

struct Candidate {
  std::string token;
  std::int64_t id = 0;
  double probability = 0;
};

/// For each [MASK] of the line, in order, the most likely tokens, best first.
using MaskCandidates = std::vector<std::vector<Candidate>>;

struct FillMaskOptions : TextOptions {
  std::int64_t top = 5;
};

/// A masked language model and its tokenizer.
class FillMask {
 public:
  /// `model` is in evaluation mode. Throws Error if the tokenizer has no [MASK] or does not fit.
  FillMask(std::shared_ptr<head::LanguageModelImpl> model, text::Tokenizer tokenizer,
           const FillMaskOptions& options = {});

  /// One answer a line; empty for a line without [MASK], which costs nothing. A mask that stands in
  /// two windows takes the one in which it is further from the edge. Throws Error that names the
  /// line for probabilities that are none.
  std::vector<MaskCandidates> operator()(const Lines& lines) const;

  /// The token that is filled in: "[MASK]".
  std::string mask_token() const { return encoder_.tokenizer().facts().tokens.mask; }

 private:
  struct MaskPlace;
  void require_all_masks(const Lines& lines, const std::vector<Piece>& pieces) const;
  std::vector<MaskPlace> find_masks(const std::vector<Piece>& pieces) const;
  void predict(const packed::PackedBatch& batch, std::span<MaskPlace* const> masks,
               const std::vector<std::int64_t>& rows) const;
  void read_candidates(const at::Tensor& hidden, std::span<MaskPlace* const> masks) const;

  FillMaskOptions options_;
  std::shared_ptr<head::LanguageModelImpl> model_;
  TextEncoder encoder_;
  std::int64_t nameless_ = 0;  // ids of the vocabulary without a token
};

/// The model and the tokenizer of a checkpoint folder, or of weights in one. Throws Error if it has
/// no head for masked tokens or no tokenizer.
FillMask open_fill_mask(const std::filesystem::path& path, FillMaskOptions options = {});

}  // namespace roformer::pipeline
