#include "roformer/generate/decoder.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/packed/with_empty.h"

namespace roformer::generate {

using torch::Tensor;

Decoder::Decoder(head::LanguageModelImpl& model, std::int64_t num_sequences, torch::Device device)
    : model_(model), device_(device), lengths_(static_cast<std::size_t>(num_sequences), 0) {
  const model::EncoderConfig& config = model.config();
  base::require(config.is_decoder,
                "[generate] expected a decoder (is_decoder) but got a model whose tokens look both "
                "ways: it cannot write from left to right");
  if (config.attention == "linear") {
    state_.emplace(config.num_hidden_layers, num_sequences);
  } else {
    cache_.emplace(config.num_hidden_layers, num_sequences);
  }
}

Tensor Decoder::advance(const std::vector<std::vector<std::int64_t>>& tokens,
                        std::int64_t tokens_per_pass) {
  const torch::NoGradGuard no_gradient;
  base::require(tokens.size() == lengths_.size(),
                "[generate] expected tokens of {} sequences but got {}", lengths_.size(),
                tokens.size());
  std::int64_t longest = 0;
  std::vector<std::int64_t> reached;  // the length that each sequence has in the end
  for (std::size_t b = 0; b < tokens.size(); ++b) {
    const std::int64_t size = std::ssize(tokens[b]);
    base::require(size > 0, "[generate] expected at least one token a sequence but got none");
    longest = std::max(longest, size);
    reached.push_back(lengths_[b] + size);
  }
  const std::int64_t at_once =
      std::max<std::int64_t>(1, tokens_per_pass / std::max<std::int64_t>(1, num_sequences()));
  Tensor logits = torch::empty({num_sequences(), model_.config().vocab_size}, torch::kFloat);
  for (std::int64_t begin = 0; begin < longest; begin += at_once) {
    data::TokenBatch pass;
    std::vector<std::int64_t> ended, rows;  // sequences whose last token is in this pass, its place
    for (std::size_t b = 0; b < tokens.size(); ++b) {
      const std::int64_t size = std::ssize(tokens[b]), first = std::min(begin, size),
                         fresh = std::min(at_once, size - first);
      pass.append(std::span(tokens[b]).subspan(static_cast<std::size_t>(first),
                                               static_cast<std::size_t>(fresh)),
                  lengths_[b]);
      lengths_[b] += fresh;
      if (fresh > 0 && first + fresh == size) {
        ended.push_back(static_cast<std::int64_t>(b));
        rows.push_back(std::ssize(pass.tokens) - 1);
      }
    }
    model::ForwardOptions options;
    if (cache_) options.cache = &*cache_;
    if (state_) options.state = &*state_;
    options.rows = torch::tensor(rows, torch::kInt64).to(device_);
    // Shorter prompts rest while longer ones are read.
    packed::PackedBatch batch = packed::from_tokens_with_empty(pass).to(device_);
    batch.lengths = torch::tensor(reached, torch::kInt64);
    const Tensor hidden = model_.encoder()->forward(batch, options);
    if (ended.empty()) continue;
    logits.index_copy_(0, torch::tensor(ended, torch::kInt64),
                       model_.logits(hidden).to(torch::kFloat).cpu());
  }
  return logits;
}

void Decoder::select(const std::vector<std::int64_t>& sequences) {
  std::vector<std::int64_t> lengths;
  for (const std::int64_t b : sequences) lengths.push_back(length(b));
  lengths_ = std::move(lengths);
  if (cache_) cache_->select(sequences);
  if (state_) state_->select(sequences);
}

}  // namespace roformer::generate
