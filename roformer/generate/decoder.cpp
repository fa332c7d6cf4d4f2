#include "roformer/generate/decoder.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/packed/with_empty.h"

namespace roformer::generate {

using torch::Tensor;

namespace {

void require_view(const model::EncoderConfig& config, PromptView view) {
  const bool whole = view == PromptView::whole;
  base::require(whole || config.is_decoder,
                "[generate] expected a decoder (is_decoder) but got a model whose tokens look both "
                "ways: it cannot write from left to right");
  base::require(!whole || config.attention != "linear",
                "[generate] expected softmax attention for a prompt that is seen whole but got "
                "linear");
  base::require(!whole || config.type_vocab_size >= 2,
                "[generate] expected two segments (type_vocab_size), one of the prompt and one of "
                "what is written, but got {}",
                config.type_vocab_size);
}

}  // namespace

// Some tokens of each sequence, and the sequences whose last one is among them, with its row.
struct Decoder::Pass {
  data::TokenBatch tokens;
  std::vector<std::int64_t> ended, rows;
};

Decoder::Decoder(head::LanguageModelImpl& model, std::int64_t num_sequences, torch::Device device,
                 PromptView view)
    : model_(model),
      device_(device),
      view_(view),
      lengths_(static_cast<std::size_t>(num_sequences), 0),
      prompts_(lengths_) {
  const model::EncoderConfig& config = model.config();
  require_view(config, view);
  if (device.is_cpu()) few_ = std::make_unique<model::FewTokens>();
  if (config.attention == "linear") {
    state_.emplace(config.num_hidden_layers, num_sequences);
  } else {
    cache_.emplace(config.num_hidden_layers, num_sequences);
  }
}

Decoder::Pass Decoder::make_pass(const std::vector<std::vector<std::int64_t>>& tokens,
                                 std::int64_t begin, std::int64_t at_once) {
  Pass pass;
  for (std::size_t b = 0; b < tokens.size(); ++b) {
    const std::int64_t size = std::ssize(tokens[b]), first = std::min(begin, size),
                       fresh = std::min(at_once, size - first);
    const bool writes = view_ == PromptView::whole && lengths_[b] > 0;
    const std::vector<std::int32_t> segments(static_cast<std::size_t>(fresh), writes ? 1 : 0);
    pass.tokens.append(std::span(tokens[b]).subspan(static_cast<std::size_t>(first),
                                                    static_cast<std::size_t>(fresh)),
                       lengths_[b], segments);
    lengths_[b] += fresh;
    if (fresh > 0 && first + fresh == size) {
      pass.ended.push_back(static_cast<std::int64_t>(b));
      pass.rows.push_back(std::ssize(pass.tokens.tokens) - 1);
    }
  }
  return pass;
}

Tensor Decoder::hidden_of(const Pass& pass, const std::vector<std::int64_t>& reached) {
  model::ForwardOptions options;
  if (cache_) options.cache = &*cache_;
  if (state_) options.state = &*state_;
  options.few = few_.get();
  if (view_ == PromptView::whole) options.prefix_lengths = torch::tensor(prompts_, torch::kInt64);
  options.rows = torch::tensor(pass.rows, torch::kInt64).to(device_);
  // Shorter prompts rest while longer ones are read.
  packed::PackedBatch batch = packed::from_tokens_with_empty(pass.tokens).to(device_);
  batch.lengths = torch::tensor(reached, torch::kInt64);
  return model_.encoder()->forward(batch, options);
}

Tensor Decoder::logits_of(const Tensor& hidden) const {
  const Tensor logits = few_ ? model_.logits(hidden, *few_) : model_.logits(hidden);
  return logits.to(torch::kCPU, torch::kFloat);
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
    if (view_ == PromptView::whole && lengths_[b] == 0) prompts_[b] = size;
  }
  const std::int64_t at_once =
      view_ == PromptView::whole
          ? longest
          : std::max<std::int64_t>(1, tokens_per_pass / std::max<std::int64_t>(1, num_sequences()));
  Tensor logits;
  if (longest > at_once)
    logits = torch::empty({num_sequences(), model_.config().vocab_size}, torch::kFloat);
  for (std::int64_t begin = 0; begin < longest; begin += at_once) {
    const Pass pass = make_pass(tokens, begin, at_once);
    const Tensor hidden = hidden_of(pass, reached);
    if (pass.ended.empty()) continue;
    const Tensor found = logits_of(hidden);
    if (std::ssize(pass.ended) == num_sequences()) {
      logits = found;
    } else {
      logits.index_copy_(0, torch::tensor(pass.ended, torch::kInt64), found);
    }
  }
  return logits;
}

void Decoder::select(const std::vector<std::int64_t>& sequences) {
  std::vector<std::int64_t> lengths, prompts;
  for (const std::int64_t b : sequences) {
    lengths.push_back(length(b));
    prompts.push_back(prompts_[static_cast<std::size_t>(b)]);
  }
  lengths_ = std::move(lengths);
  prompts_ = std::move(prompts);
  if (cache_) cache_->select(sequences);
  if (state_) state_->select(sequences);
}

void Decoder::add(std::int64_t count) {
  const std::size_t sequences = lengths_.size() + static_cast<std::size_t>(count);
  lengths_.resize(sequences, 0);
  prompts_.resize(sequences, 0);
  if (cache_) cache_->add(count);
  if (state_) state_->add(count);
}

}  // namespace roformer::generate
