#include "roformer/model/heads.h"

#include <torch/torch.h>

#include "roformer/base/random.h"
#include "roformer/model/activation.h"
#include "roformer/model/block.h"
#include "roformer/model/linear.h"

namespace roformer::model {
namespace {

using torch::Tensor;

// Seeds of the heads' dropouts, apart from the encoder's 0 .. L.
constexpr std::uint64_t first_head_stream = 1'000'000;

Dropout head_dropout(const EncoderConfig& config, const torch::nn::Module& module,
                     std::uint64_t seed, std::uint64_t number) {
  return {module.is_training() ? config.hidden_dropout_prob : 0,
          base::derive(seed, first_head_stream + number)};
}

// The first token of each sequence, [CLS].
Tensor first_tokens(const packed::PackedBatch& batch) {
  return batch.cu_seqlens.narrow(0, 0, batch.num_sequences())
      .to(torch::kInt64)
      .to(batch.tokens.device());
}

}  // namespace

struct MaskedLanguageModelImpl::Head {
  torch::nn::Linear dense{nullptr};
  torch::nn::LayerNorm norm{nullptr};
  Tensor bias;     // (vocab_size)
  Tensor decoder;  // (vocab_size, embedding_size), only if not tied
};

namespace {

// `cls.predictions`: holds the bias and, if not tied, the decoder.
class PredictionsImpl : public torch::nn::Module {
 public:
  Tensor add_bias(std::int64_t size) { return register_parameter("bias", torch::zeros({size})); }
};

class DecoderImpl : public torch::nn::Module {
 public:
  Tensor add_weight(std::int64_t rows, std::int64_t columns) {
    return register_parameter("weight", torch::empty({rows, columns}));
  }
};

}  // namespace

MaskedLanguageModelImpl::MaskedLanguageModelImpl(const EncoderConfig& config)
    : encoder_(register_module(config.model_type, Encoder(config))),
      head_(std::make_shared<Head>()) {
  auto predictions = std::make_shared<PredictionsImpl>();
  register_module("cls", std::make_shared<NamedGroup>())->add("predictions", predictions);
  head_->bias = predictions->add_bias(config.vocab_size);
  auto transform = predictions->register_module("transform", std::make_shared<NamedGroup>());
  head_->dense =
      transform->add("dense", torch::nn::Linear(config.hidden_size, config.embedding_size));
  head_->norm = transform->add("LayerNorm", make_norm(config.embedding_size, config));
  if (!config.tie_word_embeddings) {
    auto decoder = predictions->register_module("decoder", std::make_shared<DecoderImpl>());
    head_->decoder = decoder->add_weight(config.vocab_size, config.embedding_size);
  }
  initialize(*predictions, config);
}

Tensor MaskedLanguageModelImpl::logits(const Tensor& hidden) {
  const EncoderConfig& config = encoder_->config();
  const Tensor inner = linear_activation(hidden, head_->dense->weight, head_->dense->bias,
                                         parse_activation(config.hidden_act));
  const Tensor normal =
      residual_norm(inner, {}, head_->norm->weight, head_->norm->bias, config.layer_norm_eps);
  return linear(normal, head_->decoder.defined() ? head_->decoder : encoder_->word_embeddings(),
                head_->bias);
}

Tensor MaskedLanguageModelImpl::forward(const packed::PackedBatch& batch, const Tensor& positions,
                                        const ForwardOptions& options) {
  ForwardOptions selected = options;
  selected.rows = positions;
  return logits(encoder_(batch, selected));
}

struct SequenceClassifierImpl::Head {
  torch::nn::Linear inner{nullptr};  // classifier.dense of RoFormer, pooler.dense of BERT
  torch::nn::Linear outer{nullptr};
};

SequenceClassifierImpl::SequenceClassifierImpl(const EncoderConfig& config)
    : encoder_(register_module(config.model_type, Encoder(config))),
      head_(std::make_shared<Head>()) {
  head_->inner = torch::nn::Linear(config.hidden_size, config.hidden_size);
  head_->outer = torch::nn::Linear(config.hidden_size, config.num_labels);
  if (config.model_type == "bert") {
    encoder_->register_module("pooler", std::make_shared<NamedGroup>())->add("dense", head_->inner);
    register_module("classifier", head_->outer);
  } else {
    auto classifier = register_module("classifier", std::make_shared<NamedGroup>());
    classifier->add("dense", head_->inner);
    classifier->add("out_proj", head_->outer);
  }
  initialize(*head_->inner, config);
  initialize(*head_->outer, config);
}

Tensor SequenceClassifierImpl::forward(const packed::PackedBatch& batch,
                                       const ForwardOptions& options) {
  const EncoderConfig& config = encoder_->config();
  ForwardOptions selected = options;
  selected.rows = first_tokens(batch);
  Tensor x = encoder_(batch, selected);
  const auto dropped = [&](const Tensor& y, std::uint64_t number) {
    return dropout(y, head_dropout(config, *this, options.dropout_seed, number));
  };
  if (config.model_type == "bert") {
    x = torch::tanh(linear(x, head_->inner->weight, head_->inner->bias));
  } else {
    x = linear_activation(dropped(x, 0), head_->inner->weight, head_->inner->bias,
                          parse_activation(config.hidden_act));
  }
  return linear(dropped(x, 1), head_->outer->weight, head_->outer->bias);
}

struct TokenClassifierImpl::Head {
  torch::nn::Linear classifier{nullptr};
};

TokenClassifierImpl::TokenClassifierImpl(const EncoderConfig& config)
    : encoder_(register_module(config.model_type, Encoder(config))),
      head_(std::make_shared<Head>()) {
  head_->classifier =
      register_module("classifier", torch::nn::Linear(config.hidden_size, config.num_labels));
  initialize(*head_->classifier, config);
}

Tensor TokenClassifierImpl::forward(const packed::PackedBatch& batch,
                                    const ForwardOptions& options) {
  const Tensor x = dropout(encoder_(batch, options),
                           head_dropout(encoder_->config(), *this, options.dropout_seed, 0));
  return linear(x, head_->classifier->weight, head_->classifier->bias);
}

}  // namespace roformer::model
