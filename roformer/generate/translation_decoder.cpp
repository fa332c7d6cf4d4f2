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
  if (decoding == Decoding::cached) cache_.emplace(model_->config().decoder.num_hidden_layers, 0);
  if (device.is_cpu()) few_ = std::make_unique<model::FewTokens>();
  add(sources);
}

void TranslationDecoder::add(const std::vector<std::vector<std::int64_t>>& sources) {
  if (sources.empty()) return;
  const torch::NoGradGuard no_gradient;
  const std::size_t first_sentence = places_.size();
  data::TokenBatch batch;
  for (const auto& ids : sources) {
    batch.append(ids);
    rows_.push_back({std::ssize(places_), 0, {}});
    places_.push_back({free_.take(std::ssize(ids)), std::ssize(ids)});
  }
  const Tensor hidden = model_->encode(packed::from_tokens(batch).to(device_));
  const auto fresh = cache_ ? model_->decoder()->memory_of(hidden) : std::vector<Tensor>{hidden};
  states_.resize(fresh.size());
  for (std::size_t layer = 0; layer < fresh.size(); ++layer)
    write_memory(layer, fresh[layer], first_sentence);
  memory_.hidden = states_.front();
  if (!cache_) return;
  cache_->add(std::ssize(sources));
  for (std::size_t layer = 0; layer < states_.size(); ++layer)
    cache_->set_memory(static_cast<std::int64_t>(layer), states_[layer]);
}

// The first sentences' rows stay where they are made; later ones are copied to their places.
void TranslationDecoder::write_memory(std::size_t layer, const Tensor& fresh,
                                      std::size_t first_sentence) {
  Tensor& kept = states_[layer];
  if (first_sentence == 0) {
    kept = fresh;
    return;
  }
  if (kept.size(0) < free_.rows()) {
    std::vector<std::int64_t> shape = kept.sizes().vec();
    shape[0] = free_.rows() + free_.rows() / 4;
    const Tensor larger = torch::empty(shape, kept.options());
    larger.narrow(0, 0, kept.size(0)).copy_(kept);
    kept = larger;
  }
  std::int64_t row = 0;
  for (std::size_t sentence = first_sentence; sentence < places_.size(); ++sentence) {
    const Place& place = places_[sentence];
    kept.narrow(0, place.first, place.length).copy_(fresh.narrow(0, row, place.length));
    row += place.length;
  }
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
    const auto [first, length] = places_[sentence];
    const std::int64_t tokens = offsets[r + 1] - offsets[r];
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
  options.few = few_.get();
  const Tensor hidden = model_->decode(batch.to(device_), options);
  return logits_of(hidden).to(torch::kCPU, torch::kFloat32).contiguous();
}

Tensor TranslationDecoder::logits_of(const Tensor& hidden) {
  if (some_words_.is_empty()) return few_ ? model_->logits(hidden, *few_) : model_->logits(hidden);
  const Tensor found = few_ ? some_words_->forward_few(hidden, few_->helpers()) : Tensor();
  return found.defined() ? found : some_words_->forward(hidden);
}

void TranslationDecoder::set_words(const std::vector<std::int64_t>& words) {
  some_words_ = model_->output_of(torch::tensor(words, torch::kInt64));
}

void TranslationDecoder::select(const std::vector<std::int64_t>& rows) {
  std::vector<Row> chosen;
  std::vector<bool> stays(places_.size(), false);
  for (const std::int64_t row : rows) {
    chosen.push_back(rows_.at(static_cast<std::size_t>(row)));
    stays[static_cast<std::size_t>(chosen.back().sentence)] = true;
  }
  for (const Row& row : rows_) {
    const auto sentence = static_cast<std::size_t>(row.sentence);
    if (stays[sentence]) continue;
    stays[sentence] = true;  // is given back once
    free_.give_back(places_[sentence].first, places_[sentence].length);
  }
  rows_ = std::move(chosen);
  if (cache_) cache_->select(rows);
}

}  // namespace roformer::generate
