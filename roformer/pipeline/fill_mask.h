// Candidates for each [MASK] of a line of text.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/model/language_models.h"
#include "roformer/pipeline/text_pieces.h"

namespace roformer::pipeline {

struct Candidate {
  std::string token;
  std::int64_t id = 0;
  double probability = 0;
};

/// For each [MASK] of the line, in order, the most likely tokens, best first.
using MaskCandidates = std::vector<std::vector<Candidate>>;

struct FillMaskOptions {
  std::int64_t top = 5;
  std::int64_t tokens_per_batch =
      4096;  // keeps the GEMMs busy; activations of a base model take some 100 MB
  LengthOptions length;
  torch::Device device = torch::kCPU;
};

/// A masked language model and its tokenizer.
class FillMask {
 public:
  /// Throws Error if the folder has no head for masked tokens or no [MASK] token.
  explicit FillMask(const std::filesystem::path& folder, const FillMaskOptions& options = {});

  /// One answer a line; empty for a line without [MASK]. A mask that stands in two windows takes
  /// the one in which it is further from the edge.
  std::vector<MaskCandidates> operator()(const Lines& lines);

 private:
  struct Mask;
  std::vector<Mask> find_masks(const std::vector<Piece>& pieces) const;
  void predict(const std::vector<Piece>& pieces, std::vector<Mask>& masks);
  void predict_batch(const std::vector<Piece>& pieces, const std::vector<std::size_t>& chosen,
                     const std::vector<std::vector<Mask*>>& masks_of);
  void read_candidates(const torch::Tensor& hidden, const std::vector<Mask*>& masks);

  FillMaskOptions options_;
  model::MaskedLanguageModel model_{nullptr};
  TextEncoder encoder_;
};

}  // namespace roformer::pipeline
