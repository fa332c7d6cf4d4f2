// What tasks that learn from labelled examples have in common, whatever their model is.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "roformer/labelled/example_source.h"
#include "roformer/task/model_task.h"

namespace roformer::task {

/// Throws Error if a held-out part has no example to evaluate on.
void require_examples(const labelled::EncodedCorpus& corpus, data::Split split);

template <typename Model>
class ExampleTask : public ModelTask<Model, labelled::ExampleBatch> {
 public:
  std::string epoch() const override { return corpus_->epoch(); }
  double batches_in_epoch(const data::Stage& stage) const override {
    return source_.batches_in_epoch(stage);
  }

 protected:
  /// Throws Error if nothing is held out to watch the training by.
  ExampleTask(const Recipe& recipe, std::shared_ptr<const labelled::EncodedCorpus> corpus,
              Model model, torch::Device device)
      : ModelTask<Model, labelled::ExampleBatch>(recipe, std::move(model), device),
        corpus_(corpus),
        source_(std::move(corpus), recipe.seed) {
    // Now, not behind first updates.
    if (corpus_->learns()) require_examples(*corpus_, data::Split::validation);
  }

  labelled::ExampleBatch training_batch(const data::BatchRequest& request) const override {
    return source_.batch(request);
  }
  std::vector<labelled::ExampleBatch> held_out_batches(data::Split split) const override {
    require_examples(*corpus_, split);
    return evaluated_batches(split);
  }
  /// The batches of a part as they are evaluated: what outputs belong to.
  std::vector<labelled::ExampleBatch> evaluated_batches(data::Split split) const {
    return source_.held_out(split, this->evaluation().batch_tokens, this->evaluation().sequences);
  }
  /// Kept for figures where the module is evaluated.
  torch::Tensor kept(const torch::Tensor& outputs) const {
    return this->model()->is_training() ? torch::Tensor() : outputs.detach().to(torch::kCPU);
  }
  const labelled::EncodedCorpus& encoded() const { return *corpus_; }

 private:
  std::shared_ptr<const labelled::EncodedCorpus> corpus_;
  labelled::ExampleSource source_;
};

}  // namespace roformer::task
