#include "roformer/pipeline/embed.h"

#include <torch/autograd.h>
#include <torch/nn/functional/normalization.h>

#include "roformer/base/error.h"
#include "roformer/data/batch_budget.h"
#include "roformer/packed/packed_batch.h"

namespace roformer::pipeline {
namespace {

// The sequence of each token: (N) int64.
torch::Tensor sequence_of_tokens(const torch::Tensor& cu_seqlens, torch::Device device) {
  return torch::repeat_interleave(cu_seqlens.diff().to(torch::kLong)).to(device);
}

// Over each sequence of hidden (N, H), 0 for an empty one: (B, H).
torch::Tensor sum_of_sequences(const torch::Tensor& hidden, const torch::Tensor& cu_seqlens) {
  return torch::zeros({cu_seqlens.size(0) - 1, hidden.size(1)}, hidden.options())
      .index_add_(0, sequence_of_tokens(cu_seqlens, hidden.device()), hidden);
}

torch::Tensor largest_of_sequences(const torch::Tensor& hidden, const torch::Tensor& cu_seqlens) {
  const torch::Tensor sequence = sequence_of_tokens(cu_seqlens, hidden.device());
  return torch::zeros({cu_seqlens.size(0) - 1, hidden.size(1)}, hidden.options())
      .index_reduce_(0, sequence, hidden, "amax", /*include_self=*/false);
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

// The folder's settings with the caller's choices in their place.
SentenceSettings settle(const std::filesystem::path& folder, const EmbedOptions& options) {
  SentenceSettings settings =
      read_sentence_folder(folder, options.pooling).value_or(SentenceSettings());
  settings.pooling = options.pooling.value_or(settings.pooling);
  settings.normalize = options.normalize.value_or(settings.normalize);
  return settings;
}

}  // namespace

Embed::Embed(const std::filesystem::path& folder, const EmbedOptions& options)
    : options_(options), settings_(settle(folder, options)) {
  if (settings_.pooling == Pooling::pooler) {
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
  if (options_.length.max_length == 0) options_.length.max_length = settings_.max_length;
  encoder_.emplace(folder, model_->config(), options_.length);
}

torch::Tensor Embed::embed(const packed::PackedBatch& batch) {
  if (settings_.pooling == Pooling::cls || settings_.pooling == Pooling::pooler) {
    model::ForwardOptions first;
    first.rows = model::first_tokens(batch);
    const torch::Tensor hidden = model_->forward(batch, first);
    return settings_.pooling == Pooling::pooler ? pooled_->pool(hidden) : hidden;
  }
  const torch::Tensor hidden = model_->forward(batch);
  if (settings_.pooling == Pooling::max) return largest_of_sequences(hidden, batch.cu_seqlens);
  const torch::Tensor lengths = batch.cu_seqlens.diff().to(hidden.options()).unsqueeze(1);
  const torch::Tensor divisor = settings_.pooling == Pooling::mean ? lengths : lengths.sqrt();
  return sum_of_sequences(hidden, batch.cu_seqlens) / divisor.clamp_min(1);
}

torch::Tensor Embed::operator()(const Lines& lines) {
  const torch::NoGradGuard no_grad;
  const std::vector<Piece> pieces = encoder_->encode(lines);
  const std::vector<float> shares = shares_of_lines(pieces, lines.texts.size());
  torch::Tensor result =
      torch::zeros({static_cast<std::int64_t>(lines.texts.size()), model_->config().hidden_size});
  for (const auto& chosen :
       data::batches_by_length(lengths_of(pieces), {.tokens = options_.tokens_per_batch})) {
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
  if (!settings_.normalize) return result;
  return torch::nn::functional::normalize(result,
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

}  // namespace roformer::pipeline
