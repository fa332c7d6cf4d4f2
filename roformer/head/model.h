// A model with its head, whichever it is: what loading, saving, `run` and `inspect` need of it.
#pragma once
#include <torch/nn/module.h>

#include "roformer/format/safetensors.h"
#include "roformer/model/encoder.h"

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
  virtual torch::nn::Module& module() = 0;
  virtual model::EncoderImpl& trunk() = 0;
  /// What it reads of a call with these inputs.
  virtual Reading reading(const format::TensorMap& inputs) const = 0;
  /// By transformers' names, from the hidden states (N, hidden) of the call's tokens: logits, and
  /// loss where the call has this head's labels. Zero at padded places, which no label counts
  /// either.
  virtual format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) = 0;
};

}  // namespace roformer::head
