#include "roformer/generate/translation_decoder.h"

#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/error.h"
#include "roformer/packed/packed_batch.h"

namespace roformer::generate {

using torch::Tensor;

TranslationDecoder::TranslationDecoder(model::EncoderDecoder model,
                                       const std::vector<std::vector<std::int64_t>>& sources,
                                       torch::Device device, Decoding decoding)
    : model_(std::move(model)), device_(device), decoding_(decoding) {
  base::require(!model_->is_training(),
                "[generate] expected a model in evaluation mode but got one in training, whose "
                "dropout is at work");
  const model::EncoderConfig& config = model_->config().decoder;
  const std::int64_t sentences = std::ssize(sources);
  for (std::int64_t s = 0; s < sentences; ++s) rows_.push_back({s, 0, {}});
  if (decoding == Decoding::cached) cache_.emplace(config.num_hidden_layers, sentences);
  encode(sources);
}

void TranslationDecoder::encode(const std::vector<std::vector<std::int64_t>>& sources) {
  const torch::NoGradGuard no_gradient;
  data::TokenBatch batch;
  sources_ = {0};
  for (const auto& ids : sources) {
    batch.append(ids);
    sources_.push_back(batch.cu_seqlens.back());
  }
  const packed::PackedBatch packed = packed::from_tokens(batch).to(device_);
  memory_.hidden = model_->encode(packed);
  memory_.cu_seqlens = packed.cu_seqlens;
}

packed::PackedBatch TranslationDecoder::next_batch(const std::vector<std::int64_t>& tokens) {
  data::TokenBatch batch;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    Row& row = rows_[r];
    if (decoding_ == Decoding::anew) {
      row.tokens.push_back(tokens[r]);
      batch.append(row.tokens);
    } else {
      batch.append(std::span(tokens).subspan(r, 1), row.length);
    }
    ++row.length;
  }
  return packed::from_tokens(batch);
}

// One span for neighbouring rows of a sentence: they look at the same keys.
std::vector<attention::Span> TranslationDecoder::memory_spans(
    const packed::PackedBatch& batch) const {
  const auto offsets = batch.cu_seqlens.accessor<std::int32_t, 1>();
  std::vector<attention::Span> spans;
  for (std::int64_t r = 0; r < num_rows(); ++r) {
    const auto sentence = static_cast<std::size_t>(rows_[static_cast<std::size_t>(r)].sentence);
    const std::int64_t tokens = offsets[r + 1] - offsets[r], first = sources_[sentence],
                       length = sources_[sentence + 1] - first;
    if (!spans.empty() && spans.back().first_key == first) {
      spans.back().num_queries += tokens;
    } else {
      spans.push_back({offsets[r], tokens, first, length, length, 0});
    }
  }
  return spans;
}

Tensor TranslationDecoder::advance(const std::vector<std::int64_t>& tokens) {
  const torch::NoGradGuard no_gradient;
  base::require(tokens.size() == rows_.size(),
                "[generate] expected one token for each of {} rows but got {}", rows_.size(),
                tokens.size());
  const packed::PackedBatch batch = next_batch(tokens);
  memory_.spans = memory_spans(batch);
  model::ForwardOptions options;
  options.memory = &memory_;
  if (cache_) options.cache = &*cache_;
  if (decoding_ == Decoding::anew)
    options.rows = (batch.cu_seqlens.slice(0, 1) - 1).to(torch::kInt64).to(device_);
  const Tensor hidden = model_->decode(batch.to(device_), options);
  return model_->logits(hidden).to(torch::kCPU, torch::kFloat32).contiguous();
}

void TranslationDecoder::select(const std::vector<std::int64_t>& rows) {
  std::vector<Row> chosen;
  for (const std::int64_t row : rows) chosen.push_back(rows_.at(static_cast<std::size_t>(row)));
  rows_ = std::move(chosen);
  if (cache_) cache_->select(rows);
}

}  // namespace roformer::generate
