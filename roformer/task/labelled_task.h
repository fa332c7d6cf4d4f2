// What tasks of labelled examples have in common: a head on an encoder, batches of examples.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/head/label_head.h"
#include "roformer/task/example_task.h"

namespace roformer::task {

class LabelledTask : public ExampleTask<std::shared_ptr<head::LabelHead>> {
 public:
  void begin_update(std::int64_t update, std::uint64_t seed) override {
    model()->encoder()->begin_update(update, seed);
  }
  void save_model(const std::filesystem::path& folder) override;
  void load_model(const std::filesystem::path& folder) override;

 protected:
  /// Throws Error if nothing is held out to watch the training by, or the model has fewer words
  /// than the vocabulary.
  LabelledTask(const Recipe& recipe, std::shared_ptr<const labelled::EncodedCorpus> corpus,
               const head::Description& description, std::shared_ptr<head::LabelHead> model,
               torch::Device device);

  /// Hidden states of these tokens (M) of the batch, int64, ascending: the last layer is computed
  /// for them alone. (M, hidden).
  torch::Tensor hidden_of(const packed::PackedBatch& batch, const torch::Tensor& tokens,
                          const model::ForwardOptions& options);
  /// Logits (B, numbers) of what the head reads of each row.
  torch::Tensor row_logits(const labelled::ExampleBatch& examples,
                           const model::ForwardOptions& options);
  /// The weights of classes (classes) in training, which counts each row once whatever its weight;
  /// none in evaluation, and where there are none.
  std::optional<torch::Tensor> weights_in_training(const torch::Tensor& weights) const;

 private:
  head::Description description_;
};

/// The head's part of a configuration: names of labels, or how many numbers it gives.
using SetHead = std::function<void(model::HeadConfig&)>;

/// A drawn head on the recipe's model or that of recipe.checkpoint.
std::shared_ptr<head::LabelHead> draw_label_model(const Recipe& recipe,
                                                  const text::Tokenizer& tokenizer,
                                                  const head::Description& description,
                                                  const SetHead& set_head);

/// The model of a folder. Throws Error where it has no such head, or one of other labels than
/// `labels`; with none of other than `numbers` numbers.
std::shared_ptr<head::LabelHead> load_label_model(const Recipe& recipe,
                                                  const head::Description& description,
                                                  const std::vector<std::string>& labels,
                                                  std::int64_t numbers,
                                                  const std::filesystem::path& folder);

/// The names of the labels of a folder's model. Throws Error where that is another class of model.
std::vector<std::string> label_names_of(const head::Description& description,
                                        const std::filesystem::path& folder);

/// float32 of as many numbers on a device; undefined of none.
torch::Tensor weights_tensor(const std::vector<double>& weights, torch::Device device);
/// Numbers (N) of a tensor (N), in float64.
std::vector<double> numbers_of(const torch::Tensor& values);
/// Whole numbers (N) of a tensor (N).
std::vector<std::int64_t> whole_numbers_of(const torch::Tensor& values);

}  // namespace roformer::task
