// What a task of a language model offers besides: its tokens one by one. Studies ask for it that
// look at places within a sequence; sums are enough for training.
#pragma once
#include <torch/types.h>

#include "roformer/head/language_model.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/train/task.h"

namespace roformer::task {

/// A batch and what is asked for in it.
struct LabelledTokens {
  packed::PackedBatch batch;
  torch::Tensor places;  // (M) int64: the tokens that are asked for something, ascending
  torch::Tensor labels;  // (M) int64
};

/// A task whose module is a language model.
class LanguageTask {
 public:
  virtual ~LanguageTask() = default;
  /// The module, in whatever mode it is.
  virtual head::LanguageModel language_model() const = 0;
  /// Of a batch that this task made, on the model's device.
  virtual LabelledTokens labelled(const train::MicroBatch& batch) const = 0;
};

}  // namespace roformer::task
