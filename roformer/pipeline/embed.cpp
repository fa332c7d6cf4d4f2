#include "roformer/pipeline/embed.h"

#include <torch/autograd.h>
#include <torch/nn/functional/normalization.h>

#include "roformer/base/error.h"
#include "roformer/packed/packed_batch.h"

namespace roformer::pipeline {
namespace {

// The mean over each sequence of hidden (N, H): (B, H).
torch::Tensor mean_of_sequences(const torch::Tensor& hidden, const torch::Tensor& cu_seqlens) {
  const torch::Tensor lengths = cu_seqlens.diff().to(torch::kLong);
  const torch::Tensor sequence = torch::repeat_interleave(lengths).to(hidden.device());
  const torch::Tensor sums = torch::zeros({lengths.size(0), hidden.size(1)}, hidden.options())
                                 .index_add_(0, sequence, hidden);
  return sums / lengths.to(hidden.device()).clamp_min(1).unsqueeze(1);
}

// Each piece's part of its line's tokens; 1 where a line is one piece.
std::vector<float> shares_of_lines(const std::vector<Piece>& pieces, std::size_t lines) {
  std::vector<std::size_t> totals(lines, 0);
  for (const Piece& piece : pieces) totals[piece.line] += piece.ids.size();
  std::vector<float> shares;
  for (const Piece& piece : pieces) {
    shares.push_back(static_cast<float>(piece.ids.size()) / static_cast<float>(totals[piece.line]));
  }
  return shares;
}

}  // namespace

Pooling pooling_of(const std::string& name) {
  if (name == "cls") return Pooling::cls;
  if (name == "mean") return Pooling::mean;
  base::require(name == "pooler", "[pipeline] expected pooling cls, mean or pooler but got '{}'",
                name);
  return Pooling::pooler;
}

Embed::Embed(const std::filesystem::path& folder, const EmbedOptions& options) : options_(options) {
  if (options.pooling == Pooling::pooler) {
    auto loaded = checkpoint::load_model<model::PooledEncoder>(folder);
    for (const std::string& name : loaded.report.missing)
      base::require(name.find("pooler") == name.npos,
                    "[pipeline] {}: expected a pooler (pooler.dense) but there is none",
                    folder.string());
    pooled_ = loaded.module;
    model_ = model::Encoder(std::shared_ptr<model::EncoderImpl>(pooled_.ptr()));
  } else {
    model_ = checkpoint::load_model<model::Encoder>(folder).module;
  }
  model_->to(options.device);
  encoder_.emplace(folder, model_->config(), options.length);
}

torch::Tensor Embed::embed(const packed::PackedBatch& batch) {
  if (options_.pooling == Pooling::mean)
    return mean_of_sequences(model_->forward(batch), batch.cu_seqlens);
  model::ForwardOptions first;
  first.rows = model::first_tokens(batch);
  const torch::Tensor hidden = model_->forward(batch, first);
  return options_.pooling == Pooling::pooler ? pooled_->pool(hidden) : hidden;
}

torch::Tensor Embed::operator()(const Lines& lines) {
  const torch::NoGradGuard no_grad;
  const std::vector<Piece> pieces = encoder_->encode(lines);
  const std::vector<float> shares = shares_of_lines(pieces, lines.texts.size());
  torch::Tensor result =
      torch::zeros({static_cast<std::int64_t>(lines.texts.size()), model_->config().hidden_size});
  for (const auto& chosen : batches_by_tokens(pieces, options_.tokens_per_batch)) {
    const auto batch = packed::from_tokens(token_batch(pieces, chosen));
    const torch::Tensor pooled = embed(batch.to(options_.device)).cpu();
    std::vector<std::int64_t> rows;
    std::vector<float> weights;
    for (const std::size_t piece : chosen) {
      rows.push_back(static_cast<std::int64_t>(pieces[piece].line));
      weights.push_back(shares[piece]);
    }
    result.index_add_(0, torch::tensor(rows), pooled * torch::tensor(weights).unsqueeze(1));
  }
  if (!options_.normalize) return result;
  return torch::nn::functional::normalize(result,
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

}  // namespace roformer::pipeline
