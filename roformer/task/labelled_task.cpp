#include "roformer/task/labelled_task.h"

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/save.h"
#include "roformer/labelled/words.h"
#include "roformer/pipeline/label_folder.h"

namespace roformer::task {

namespace fs = std::filesystem;

using labelled::ExampleBatch;
using torch::Tensor;

LabelledTask::LabelledTask(const Recipe& recipe,
                           std::shared_ptr<const labelled::EncodedCorpus> corpus,
                           const head::Description& description,
                           std::shared_ptr<head::LabelHead> model, torch::Device device)
    : ExampleTask(recipe, std::move(corpus), std::move(model), device), description_(description) {
  require_words(this->model()->config(), encoded().tokenizer());
}

Tensor LabelledTask::hidden_of(const packed::PackedBatch& batch, const Tensor& tokens,
                               const model::ForwardOptions& options) {
  model::ForwardOptions of_tokens = options;
  of_tokens.rows = tokens;
  return model()->encoder()->forward(batch, of_tokens);
}

Tensor LabelledTask::row_logits(const ExampleBatch& examples,
                                const model::ForwardOptions& options) {
  return model()->logits(model()->sequence_vectors(on_device(examples.batch), options),
                         options.dropout_seed);
}

std::optional<Tensor> LabelledTask::weights_in_training(const Tensor& weights) const {
  if (!weights.defined() || !model()->is_training()) return std::nullopt;
  return weights;
}

void LabelledTask::save_model(const fs::path& folder) {
  const auto& config = model()->config();
  checkpoint::save_model(*model(),
                         {.encoder = config,
                          .head = model()->head_config(),
                          .architecture = head::class_name(description_, config.model_type),
                          .source = {}},
                         folder);
  encoded().tokenizer().save(folder);
}

void LabelledTask::load_model(const fs::path& folder) {
  restore_weights(*model(), folder);
}

namespace {

// transformers' names of labels that have none: LABEL_0, LABEL_1, ….
bool are_placeholders(const model::HeadConfig& head) {
  model::HeadConfig unnamed;
  unnamed.num_labels = head.num_labels;
  return head.labels.empty() || head.labels == pipeline::label_names_of(unnamed, {});
}

// Whether a folder has a head of this class that answers in other labels, or in another order of
// them. Labels without names are the text's where there are as many.
bool has_other_labels(const checkpoint::CheckpointConfig& found,
                      const head::Description& description, const model::HeadConfig& wanted) {
  if (found.architecture != head::class_name(description, found.encoder.model_type)) return false;
  return found.head.num_labels != wanted.num_labels ||
         (!are_placeholders(found.head) && found.head.labels != wanted.labels);
}

// The trunk of a checkpoint, its pooler too, below a head that is drawn.
std::shared_ptr<head::LabelHead> under_new_head(const Recipe& recipe,
                                                const checkpoint::Folder& folder,
                                                const head::Description& description,
                                                const SetHead& set_head) {
  checkpoint::CheckpointConfig config = starting_config(recipe, folder);
  const auto theirs = pipeline::label_names_of(config.head, {});
  set_head(config.head);
  spdlog::warn("{}: its head answers in {}, not in the text's {}: a head for these is drawn anew",
               folder.path().string(), labelled::in_brief(theirs),
               config.head.labels.empty() ? "numbers" : labelled::in_brief(config.head.labels));
  torch::manual_seed(base::derive(recipe.seed, base::SeedUse::weights));
  auto module = head::make_label_head(description, config.encoder, config.head);
  checkpoint::load_weights(*module->encoder(), folder.weights());
  return module;
}

}  // namespace

std::shared_ptr<head::LabelHead> draw_label_model(const Recipe& recipe,
                                                  const text::Tokenizer& tokenizer,
                                                  const head::Description& description,
                                                  const SetHead& set_head) {
  if (!recipe.checkpoint.empty()) {
    const checkpoint::Folder folder(recipe.checkpoint);
    const auto found = folder.config();
    model::HeadConfig wanted = found.head;
    set_head(wanted);
    if (has_other_labels(found, description, wanted))
      return under_new_head(recipe, folder, description, set_head);
  }
  return make_starting_model(recipe, tokenizer,
                             [&](const model::EncoderConfig& config, model::HeadConfig head) {
                               set_head(head);
                               return head::make_label_head(description, config, head);
                             });
}

std::shared_ptr<head::LabelHead> load_label_model(const Recipe& recipe,
                                                  const head::Description& description,
                                                  const std::vector<std::string>& labels,
                                                  std::int64_t numbers, const fs::path& folder) {
  auto loaded = checkpoint::load_model(checkpoint::Folder(folder));
  const auto& config = loaded.config;
  require_recipe_model(recipe, config.encoder, folder);
  auto model = std::dynamic_pointer_cast<head::LabelHead>(loaded.module);
  const std::string name = head::class_name(description, config.encoder.model_type);
  base::require(model != nullptr && config.architecture == name && loaded.report.missing.empty(),
                "[task] {}: expected a whole {} but got {}", folder.string(), name,
                config.architecture);
  const auto found = pipeline::label_names_of(config.head, {});
  const bool same =
      labels.empty() ? numbers == 0 || config.head.num_labels == numbers : labels == found;
  base::require(same, "[task] {}: expected the labels of the text, {}, but got {}", folder.string(),
                fmt::join(labels, ", "), fmt::join(found, ", "));
  return model;
}

std::vector<std::string> label_names_of(const head::Description& description,
                                        const fs::path& folder) {
  const auto config = checkpoint::Folder(folder).stated_config();
  const std::string name = head::class_name(description, config.encoder.model_type);
  base::require(config.architecture.empty() || config.architecture == name,
                "[task] {}: expected a {} but got a {}", folder.string(), name,
                config.architecture);
  return pipeline::label_names_of(config.head, {});
}

Tensor weights_tensor(const std::vector<double>& weights, torch::Device device) {
  return weights.empty() ? Tensor() : torch::tensor(weights, torch::kFloat32).to(device);
}

std::vector<double> numbers_of(const Tensor& values) {
  const Tensor numbers = values.to(torch::kCPU, torch::kFloat64).contiguous();
  return {numbers.const_data_ptr<double>(), numbers.const_data_ptr<double>() + numbers.numel()};
}

std::vector<std::int64_t> whole_numbers_of(const Tensor& values) {
  const Tensor numbers = values.to(torch::kCPU, torch::kInt64).contiguous();
  return {numbers.const_data_ptr<std::int64_t>(),
          numbers.const_data_ptr<std::int64_t>() + numbers.numel()};
}

}  // namespace roformer::task
