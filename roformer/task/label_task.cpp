#include "roformer/task/label_task.h"

#include <algorithm>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/save.h"
#include "roformer/metric/classification_score.h"
#include "roformer/metric/correlation.h"
#include "roformer/model/pooler.h"
#include "roformer/task/kind.h"
#include "roformer/task/recipe_sections.h"
#include "roformer/task/text_material.h"

namespace roformer::task {

namespace fs = std::filesystem;

namespace {

using data::Split;
using labelled::LabelKind;
using torch::Tensor;

// Devlin et al. 2019, appendix A.3, in whose range the paper searches (section 4.3.2).
void set_fine_tuning(Recipe& recipe) {
  train::TrainingOptions& training = recipe.training;
  training.learning_rate = 2e-5;
  training.schedule.warmup_share = 0.1;
  training.keep_best = true;
  recipe.evaluation.sequences = 0;
}

class LabelTaskKind final : public Kind {
 public:
  LabelTaskKind(std::string_view name, LabelKind labels) : name_(name), labels_(labels) {}

  std::string_view name() const override { return name_; }
  void read(SectionReader& /*task*/, const base::TomlTable& root, Recipe& recipe) const override {
    read_language_model(root, /*is_decoder=*/false, recipe);
    recipe.options = read_labelled_data(root, recipe);
  }
  bool has_length() const override { return false; }
  void set_defaults(Recipe& recipe) const override { set_fine_tuning(recipe); }
  void validate(const Recipe& recipe) const override {
    require_sound(recipe.model, recipe.path.string());
    require_positions(recipe, options_of<labelled::LabelledOptions>(recipe).max_length,
                      "data.max_length");
  }
  std::vector<std::string> uses() const override {
    return {"roformer classify --model {} < lines.txt"};
  }
  std::shared_ptr<const Material> open(const Recipe& recipe,
                                       const fs::path& vocabulary) const override {
    auto options = options_of<labelled::LabelledOptions>(recipe);
    if (!vocabulary.empty()) options.vocabulary = vocabulary.string();
    return std::make_shared<const TextMaterial<LabelTask>>(
        std::make_shared<const labelled::LabelledCorpus>(options, labels_));
  }

 private:
  std::string_view name_;
  LabelKind labels_;
};

// The head's part of a configuration, for the labels of a text.
void set_labels(const labelled::LabelledCorpus& corpus, model::HeadConfig& head) {
  head.labels = corpus.label_names();
  head.num_labels = std::max<std::int64_t>(1, std::ssize(head.labels));
  head.problem_type =
      corpus.kind() == LabelKind::numbers ? "regression" : "single_label_classification";
}

// What is kept of a batch's figures, a row an answer.
std::vector<double> column(const Tensor& outputs, std::int64_t index) {
  const Tensor values = outputs.select(1, index).to(torch::kFloat64).contiguous();
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

std::vector<std::int64_t> largest(const Tensor& outputs) {
  const Tensor classes = outputs.argmax(1).contiguous();
  return {classes.const_data_ptr<std::int64_t>(),
          classes.const_data_ptr<std::int64_t>() + classes.numel()};
}

// The values of a part's rows, batch by batch.
template <typename Value>
std::vector<Value> in_order(const std::vector<Value>& values,
                            const std::vector<std::vector<std::int64_t>>& batches) {
  std::vector<Value> ordered;
  for (const auto& rows : batches) {
    for (const std::int64_t row : rows) ordered.push_back(values[static_cast<std::size_t>(row)]);
  }
  return ordered;
}

void add_class_figures(const std::vector<std::int64_t>& gold, const Tensor& outputs,
                       train::Metrics& figures) {
  const auto score = metric::classification_score(gold, largest(outputs), outputs.size(1));
  figures.emplace_back("accuracy", score.accuracy());
  figures.emplace_back("f1", outputs.size(1) == 2 ? score.of_class(1).f1
                                                  : score.macro(metric::AveragedClasses::all).f1);
  figures.emplace_back("matthews_correlation", score.matthews_correlation());
}

void add_number_figures(const std::vector<double>& gold, const Tensor& outputs,
                        train::Metrics& figures) {
  const auto answers = column(outputs, 0);
  figures.emplace_back("pearson", metric::pearson_correlation(gold, answers).value_or(0));
  figures.emplace_back("spearman", metric::spearman_correlation(gold, answers).value_or(0));
}

}  // namespace

const Kind& classification_kind() {
  static const LabelTaskKind kind("classification", LabelKind::classes);
  return kind;
}

const Kind& regression_kind() {
  static const LabelTaskKind kind("regression", LabelKind::numbers);
  return kind;
}

LabelTask::LabelTask(const Recipe& recipe, std::shared_ptr<const labelled::LabelledCorpus> corpus,
                     std::shared_ptr<head::LabelHead> model, torch::Device device)
    : ModelTask(recipe, std::move(model), device), source_(std::move(corpus), recipe.seed) {
  require_words(this->model()->config(), this->corpus().tokenizer());
  require_rows(Split::validation);  // an error now, not behind the first updates
}

std::shared_ptr<head::LabelHead> LabelTask::draw(const Recipe& recipe,
                                                 const labelled::LabelledCorpus& corpus) {
  return make_starting_model(
      recipe, corpus.tokenizer(), [&](const model::EncoderConfig& config, model::HeadConfig head) {
        set_labels(corpus, head);
        return head::make_label_head(head::sequence_classifier(), config, head);
      });
}

std::shared_ptr<head::LabelHead> LabelTask::load(const Recipe& recipe,
                                                 const labelled::LabelledCorpus& corpus,
                                                 const fs::path& folder) {
  auto loaded = checkpoint::load_model(checkpoint::Folder(folder));
  require_recipe_model(recipe, loaded.config.encoder, folder);
  auto model = std::dynamic_pointer_cast<head::LabelHead>(loaded.module);
  const std::string name =
      head::class_name(head::sequence_classifier(), loaded.config.encoder.model_type);
  base::require(
      model != nullptr && loaded.config.architecture == name && loaded.report.missing.empty(),
      "[task] {}: expected a whole {} but got {}", folder.string(), name,
      loaded.config.architecture);
  // A regression's one number has no name of the text's.
  const bool same = corpus.kind() == LabelKind::classes
                        ? corpus.label_names() == loaded.config.head.labels
                        : loaded.config.head.num_labels == 1;
  base::require(same, "[task] {}: expected the labels of the text, {}, but got {}", folder.string(),
                fmt::join(corpus.label_names(), ", "), fmt::join(loaded.config.head.labels, ", "));
  return model;
}

std::vector<std::vector<std::int64_t>> LabelTask::held_out_rows(Split split) const {
  return source_.held_out_rows(split, evaluation().batch_tokens, evaluation().sequences);
}

void LabelTask::require_rows(Split split) const {
  const char* part = data::split_name(split);
  base::require(corpus().part(split).size() > 0,
                "[task] expected rows to evaluate on in the {} part but got none: give data.{}, or "
                "a larger data.{}_share",
                part, part, part);
}

std::vector<labelled::LabelledBatch> LabelTask::held_out_batches(Split split) const {
  require_rows(split);
  std::vector<labelled::LabelledBatch> batches;
  for (const auto& rows : held_out_rows(split)) batches.push_back(source_.batch_of(split, rows));
  return batches;
}

train::LossSum LabelTask::loss_of(const labelled::LabelledBatch& rows,
                                  const model::ForwardOptions& options) {
  const packed::PackedBatch batch = on_device(rows.batch);
  model::ForwardOptions of_first = options;
  of_first.rows = model::first_tokens(batch);
  const Tensor logits =
      model()->logits(model()->encoder()->forward(batch, of_first), options.dropout_seed);
  train::LossSum sum;
  sum.targets = logits.size(0);
  sum.tokens = std::ssize(rows.batch.tokens);
  if (corpus().kind() == LabelKind::classes) {
    const Tensor classes = on_device(rows.classes);
    sum.loss = at::cross_entropy_loss(logits, classes, {}, at::Reduction::Sum);
    sum.correct = logits.argmax(1).eq(classes).sum().item<std::int64_t>();
  } else {
    const Tensor numbers = torch::tensor(rows.numbers).to(device());
    sum.loss = at::mse_loss(logits.flatten(), numbers, at::Reduction::Sum);
  }
  sum.negative_log_likelihood = sum.loss.item<double>();
  if (!model()->is_training()) sum.outputs = logits.detach().to(torch::kCPU, torch::kFloat32);
  return sum;
}

train::Metrics LabelTask::figures(const train::Evaluated& evaluated) {
  train::Metrics figures = {{"loss", evaluated.score.loss()}};
  const auto& part = corpus().part(evaluated.split);
  const Tensor outputs = torch::cat(evaluated.outputs);
  const auto rows = held_out_rows(evaluated.split);
  if (corpus().kind() == LabelKind::classes) {
    add_class_figures(in_order(part.classes, rows), outputs, figures);
  } else {
    add_number_figures(in_order(part.numbers, rows), outputs, figures);
  }
  return figures;
}

double LabelTask::to_minimise(const train::Metrics& figures) const {
  std::string best = corpus().kind() == LabelKind::classes ? "accuracy" : "spearman";
  if (corpus().glue()) best = labelled::glue_metric_name(corpus().glue()->metrics.front());
  for (const auto& [name, value] : figures) {
    if (name == best) return -value;
  }
  return std::numeric_limits<double>::infinity();
}

void LabelTask::save_model(const fs::path& folder) {
  const auto& config = model()->config();
  checkpoint::save_model(
      *model(),
      {.encoder = config,
       .head = model()->head_config(),
       .architecture = head::class_name(head::sequence_classifier(), config.model_type),
       .source = {}},
      folder);
  corpus().tokenizer().save(folder);
}

void LabelTask::load_model(const fs::path& folder) {
  restore_weights(*model(), folder);
}

double LabelTask::batches_in_epoch(const data::Stage& stage) const {
  const auto& training = corpus().part(Split::training);
  if (stage.batch_size > 0)
    return static_cast<double>(training.size()) / static_cast<double>(stage.batch_size);
  std::vector<data::PairLength> lengths;
  for (std::int64_t row = 0; row < training.size(); ++row)
    lengths.push_back({training.length(row), 0});
  const data::LengthBuckets buckets(lengths, data::BatchBudget{.tokens = stage.batch_tokens});
  return static_cast<double>(buckets.num_batches());
}

std::string LabelTask::epoch() const {
  return fmt::format("{} rows", corpus().part(Split::training).size());
}

}  // namespace roformer::task
