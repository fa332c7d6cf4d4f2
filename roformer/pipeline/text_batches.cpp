#include "roformer/pipeline/text_batches.h"

#include <torch/autograd.h>

#include <numeric>

#include "roformer/data/batch_budget.h"
#include "roformer/packed/with_empty.h"

namespace roformer::pipeline {

void compute_batches(std::span<const Piece> pieces, std::span<const std::size_t> wanted,
                     const TextOptions& options,
                     const std::function<void(const TextBatch&)>& compute) {
  const torch::NoGradGuard no_gradient;
  std::vector<std::int64_t> lengths;
  for (const std::size_t piece : wanted) lengths.push_back(std::ssize(pieces[piece].ids));
  for (auto& chosen : data::batches_by_length(lengths, {.tokens = options.tokens_per_batch})) {
    data::TokenBatch tokens;
    for (std::size_t& index : chosen) {
      index = wanted[index];
      tokens.append(pieces[index].ids, 0, pieces[index].type_ids);
    }
    // Bytes have no [CLS]: an empty line is an empty sequence.
    compute({packed::from_tokens_with_empty(tokens).to(options.device), chosen, tokens.cu_seqlens});
  }
}

void compute_batches(std::span<const Piece> pieces, const TextOptions& options,
                     const std::function<void(const TextBatch&)>& compute) {
  std::vector<std::size_t> all(pieces.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  compute_batches(pieces, all, options, compute);
}

}  // namespace roformer::pipeline
