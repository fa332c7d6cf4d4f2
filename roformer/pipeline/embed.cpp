#include "roformer/pipeline/embed.h"

#include <torch/autograd.h>
#include <torch/nn/functional/normalization.h>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/model/model_with_head.h"
#include "roformer/pipeline/finite_answers.h"

namespace roformer::pipeline {
namespace {

// Over each sequence of hidden (N, H), 0 for an empty one: (B, H).
torch::Tensor sum_of_sequences(const torch::Tensor& hidden, const torch::Tensor& cu_seqlens) {
  const torch::Tensor sequence_of_token =
      torch::repeat_interleave(cu_seqlens.diff().to(torch::kLong));
  return torch::zeros({cu_seqlens.size(0) - 1, hidden.size(1)}, hidden.options())
      .index_add_(0, sequence_of_token.to(hidden.device()), hidden);
}

torch::Tensor largest_of_sequences(const torch::Tensor& hidden, const torch::Tensor& cu_seqlens) {
  const auto begins = cu_seqlens.accessor<std::int32_t, 1>();
  torch::Tensor largest = torch::zeros({cu_seqlens.size(0) - 1, hidden.size(1)}, hidden.options());
  for (std::int64_t b = 0; b < largest.size(0); ++b) {
    if (begins[b] < begins[b + 1]) largest[b] = hidden.slice(0, begins[b], begins[b + 1]).amax(0);
  }
  return largest;
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

model::Encoder load_pooled(const std::filesystem::path& folder) {
  const auto loaded = checkpoint::load_model<model::PooledEncoder>(folder);
  for (const std::string& name : loaded.report.missing)
    base::require(name.find("pooler") == name.npos,
                  "[pipeline] {}: expected a pooler (pooler.dense) but there is none",
                  folder.string());
  return model::Encoder(std::shared_ptr<model::EncoderImpl>(loaded.module.ptr()));
}

}  // namespace

Embed::Embed(model::Encoder model, text::Tokenizer tokenizer, const EmbedOptions& options)
    : options_(options),
      pooling_(options.pooling.value_or(Pooling::mean)),
      model_(std::move(model)),
      encoder_(std::move(tokenizer), model_->config(), options.length, options.name) {
  base::require(pooling_ != Pooling::pooler || model_->as<model::PooledEncoder>() != nullptr,
                "[pipeline] {}: expected an encoder with a pooler but got one without",
                options.name);
  model_->to(options.device);
}

torch::Tensor Embed::embed(const packed::PackedBatch& batch) {
  if (pooling_ == Pooling::cls || pooling_ == Pooling::pooler) {
    model::ForwardOptions first;
    first.rows = model::first_tokens(batch);
    const torch::Tensor hidden = model_->forward(batch, first);
    return pooling_ == Pooling::pooler ? model_->as<model::PooledEncoder>()->pool(hidden) : hidden;
  }
  const torch::Tensor hidden = model_->forward(batch);
  if (pooling_ == Pooling::max) return largest_of_sequences(hidden, batch.cu_seqlens);
  const torch::Tensor lengths = batch.cu_seqlens.diff().to(hidden.options()).unsqueeze(1);
  const torch::Tensor divisor = pooling_ == Pooling::mean ? lengths : lengths.sqrt();
  return sum_of_sequences(hidden, batch.cu_seqlens) / divisor.clamp_min(1);
}

torch::Tensor Embed::operator()(const Lines& lines) {
  const std::vector<Piece> pieces = encoder_.encode(lines);
  const std::vector<float> shares = shares_of_lines(pieces, lines.texts.size());
  torch::Tensor result = torch::zeros({std::ssize(lines.texts), model_->config().hidden_size});
  compute_batches(pieces, options_, [&](const TextBatch& batch) {
    const torch::Tensor pooled = embed(batch.tokens).cpu();
    std::vector<std::int64_t> rows;
    std::vector<float> weights;
    for (const std::size_t piece : batch.pieces) {
      rows.push_back(static_cast<std::int64_t>(pieces[piece].line));
      weights.push_back(shares[piece]);
    }
    result.index_add_(0, torch::tensor(rows), pooled * torch::tensor(weights).unsqueeze(1));
  });
  const auto width = static_cast<std::size_t>(result.size(1));
  for (std::size_t line = 0; line < lines.texts.size(); ++line)
    require_finite({result.const_data_ptr<float>() + line * width, width}, "vectors",
                   lines.number(line), options_.name);
  if (!options_.normalize.value_or(false)) return result;
  return torch::nn::functional::normalize(result,
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

Embed open_embed(const std::filesystem::path& folder, EmbedOptions options) {
  options.name = folder.string();
  const auto own = read_sentence_folder(folder, options.pooling).value_or(SentenceSettings());
  if (!options.pooling) options.pooling = own.pooling;
  if (!options.normalize) options.normalize = own.normalize;
  if (options.length.max_length == 0) options.length.max_length = own.max_length;
  model::Encoder encoder = *options.pooling == Pooling::pooler
                               ? load_pooled(folder)
                               : checkpoint::load_model<model::Encoder>(folder).module;
  return {std::move(encoder), text::Tokenizer::load(folder), options};
}

}  // namespace roformer::pipeline
