// A model with its head, whichever it is: what loading, saving, `run` and `inspect` need of it.
#pragma once
#include <torch/nn/module.h>

#include <memory>

#include "roformer/format/safetensors.h"
#include "roformer/model/pooler.h"

namespace roformer::head {

class PaddedCall;

/// The places of a padded row whose hidden states a head reads though they may be masked.
enum class Columns {
  tokens,  // none but the tokens themselves
  first,   // [CLS]
  last,
  all,
};

/// What a head reads of a call.
struct Reading {
  Columns columns = Columns::tokens;
  bool choices = false;  // input_ids is (rows, choices, columns): each choice a sequence of its own
};

/// A trunk and what stands on it.
class Model {
 public:
  virtual ~Model() = default;
  virtual torch::nn::Module& module() = 0;  // all of it
  model::Encoder encoder() const { return encoder_; }
  const model::EncoderConfig& config() const { return encoder_->config(); }
  bool has_pooler() const { return pooled_ != nullptr; }
  /// What it reads of a call with these inputs: [CLS] if there is a pooler, else the tokens.
  virtual Reading reading(const format::TensorMap& inputs) const;
  /// By transformers' names, from the hidden states (N, hidden) of the call's tokens: logits, and
  /// loss if the call has this head's labels. Zero at padded places, which no label counts either.
  virtual format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) = 0;

 protected:
  Model(const model::EncoderConfig& config, const model::HeadConfig& head, bool pooled);
  /// The hidden states of [CLS] (B, hidden) through the pooler, which there must be.
  torch::Tensor pool(const torch::Tensor& first) const { return pooled_->pool(first); }

 private:
  std::shared_ptr<model::PooledEncoderImpl> pooled_;  // the trunk, if it has a pooler
  model::Encoder encoder_;
};

}  // namespace roformer::head
