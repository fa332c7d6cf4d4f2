#include "roformer/pipeline/pooling.h"

#include <algorithm>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/model/pooler.h"
#include "roformer/packed/segments.h"

namespace roformer::pipeline {
namespace {

using torch::Tensor;

// The tokens that are pooled: their rows, sequences and places in these.
struct Pooled {
  Tensor hidden;     // (M, H)
  Tensor sequences;  // (M) int64
  Tensor places;     // (M) int64, from 0 at a sequence's first token, pooled or not
};

Pooled pooled_tokens(const Tensor& hidden, const Tensor& cu_seqlens, std::int64_t skipped) {
  const Tensor begins = cu_seqlens.to(torch::kLong);
  const Tensor sequences = packed::sequence_of_tokens(cu_seqlens);
  const Tensor places = torch::arange(hidden.size(0)) - begins.index_select(0, sequences);
  const auto here = [&](const Tensor& x) { return x.to(hidden.device()); };
  if (skipped == 0) return {hidden, here(sequences), here(places)};
  const Tensor kept = (places >= skipped).nonzero().flatten();
  return {hidden.index_select(0, here(kept)), here(sequences.index_select(0, kept)),
          here(places.index_select(0, kept))};
}

// Rows of hidden, one a sequence; −1: none, which is 0.
Tensor rows_or_zero(const Tensor& hidden, const Tensor& rows) {
  const Tensor there = (rows >= 0).to(hidden.options()).unsqueeze(1);
  if (hidden.size(0) == 0) return torch::zeros({rows.size(0), hidden.size(1)}, hidden.options());
  return hidden.index_select(0, rows.clamp_min(0).to(hidden.device())) * there;
}

Tensor first_rows(const Tensor& hidden, const Tensor& cu_seqlens, std::int64_t skipped) {
  const Tensor begins = cu_seqlens.to(torch::kLong), lengths = begins.diff();
  const Tensor first = begins.slice(0, 0, -1) + (lengths > skipped).to(torch::kLong) * skipped;
  return rows_or_zero(hidden, torch::where(lengths > 0, first, torch::full_like(first, -1)));
}

Tensor last_rows(const Tensor& hidden, const Tensor& cu_seqlens, std::int64_t skipped) {
  const Tensor begins = cu_seqlens.to(torch::kLong), last = begins.slice(0, 1) - 1;
  return rows_or_zero(hidden,
                      torch::where(begins.diff() > skipped, last, torch::full_like(last, -1)));
}

// Σ over each sequence of weight × row, and of the weights: (B, H), (B, 1).
std::pair<Tensor, Tensor> weighted_sums(const Pooled& tokens, const Tensor& weights,
                                        std::int64_t count) {
  const Tensor column = weights.unsqueeze(1);
  return {packed::segment_sum(tokens.hidden * column, tokens.sequences, count),
          packed::segment_sum(column, tokens.sequences, count).clamp_min(1e-9)};
}

Tensor largest(const Pooled& tokens, std::int64_t count) {
  const Tensor lowest =
      torch::full({count, tokens.hidden.size(1)}, -std::numeric_limits<float>::infinity(),
                  tokens.hidden.options());
  return lowest.scatter_reduce(0, tokens.sequences.unsqueeze(1).expand_as(tokens.hidden),
                               tokens.hidden, "amax");
}

}  // namespace

Tensor pool(const Tensor& hidden, const packed::PackedBatch& batch, Pooling pooling,
            std::int64_t skipped) {
  base::require(hidden.dim() == 2 && hidden.size(0) == batch.num_tokens() && skipped >= 0,
                "[pipeline] expected hidden states of {} tokens to pool but got {} rows",
                batch.num_tokens(), hidden.size(0));
  const std::int64_t count = batch.num_sequences();
  if (pooling == Pooling::cls) return first_rows(hidden, batch.cu_seqlens, skipped);
  if (pooling == Pooling::last) return last_rows(hidden, batch.cu_seqlens, skipped);
  const Pooled tokens = pooled_tokens(hidden, batch.cu_seqlens, skipped);
  if (pooling == Pooling::max) return largest(tokens, count);
  base::require(pooling != Pooling::pooler, "[pipeline] expected a pooling but got a pooler");
  const bool by_place = pooling == Pooling::weighted_mean;
  const Tensor ones = torch::ones({tokens.hidden.size(0)}, hidden.options());
  const auto [sums, weights] =
      weighted_sums(tokens, by_place ? tokens.places.to(hidden.options()) + 1 : ones, count);
  return sums / (pooling == Pooling::mean_sqrt ? weights.sqrt() : weights);
}

Tensor pooled_states(model::Encoder& encoder, const packed::PackedBatch& batch,
                     const std::vector<Pooling>& poolings, std::int64_t skipped,
                     model::ForwardOptions options) {
  const auto needs_all = [&](Pooling pooling) {
    return pooling != Pooling::pooler && (pooling != Pooling::cls || skipped > 0);
  };
  const bool all = std::any_of(poolings.begin(), poolings.end(), needs_all);
  const Tensor first = model::first_tokens(batch);
  if (!all) options.rows = first;
  const Tensor hidden = encoder->forward(batch, options);
  std::vector<Tensor> parts;
  for (const Pooling pooling : poolings) {
    const Tensor of_first = all ? hidden.index_select(0, first) : hidden;
    if (pooling == Pooling::pooler)
      parts.push_back(encoder->as<model::PooledEncoder>()->pool(of_first));
    else
      parts.push_back(all ? pool(hidden, batch, pooling, skipped) : hidden);
  }
  return parts.size() == 1 ? parts[0] : torch::cat(parts, 1);
}

}  // namespace roformer::pipeline
