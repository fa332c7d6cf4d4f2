// Candidates for each [MASK] of a line of text. The header is light: no tensors in it.
#pragma once
#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

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
  c10::Device device = c10::kCPU;
};

/// A masked language model and its tokenizer.
class FillMask {
 public:
  /// Throws Error if the folder has no head for masked tokens or no [MASK] token.
  explicit FillMask(const std::filesystem::path& folder, const FillMaskOptions& options = {});
  FillMask(FillMask&&) noexcept;
  FillMask& operator=(FillMask&&) noexcept;
  ~FillMask();

  /// One answer a line; empty for a line without [MASK]. A mask that stands in two windows takes
  /// the one in which it is further from the edge.
  std::vector<MaskCandidates> operator()(const Lines& lines);

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace roformer::pipeline
