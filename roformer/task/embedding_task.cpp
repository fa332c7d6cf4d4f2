#include "roformer/task/embedding_task.h"

#include "roformer/base/error.h"
#include "roformer/pipeline/sentence_steps.h"
#include "roformer/pipeline/write_sentence_folder.h"
#include "roformer/task/joint_loss.h"
#include "roformer/task/label_figures.h"
#include "roformer/task/labelled_kind.h"
#include "roformer/task/labelled_task.h"

namespace roformer::task {
namespace {

using data::Split;
using labelled::ExampleBatch;
using torch::Tensor;

// How many of the first vectors of `vectors` (N, R, H) have their own second one as the nearest of
// all that are not first.
std::int64_t count_found(const Tensor& vectors) {
  constexpr std::int64_t rows_at_once = 1024;
  const Tensor unit = pipeline::scale_to_length_one(vectors);
  const Tensor candidates = unit.slice(1, 1).transpose(0, 1).flatten(0, 1).t();
  std::int64_t found = 0;
  for (std::int64_t begin = 0; begin < unit.size(0); begin += rows_at_once) {
    const Tensor queries = unit.select(1, 0).slice(0, begin, begin + rows_at_once);
    Tensor scores = queries.mm(candidates);
    const Tensor own = torch::arange(begin, begin + queries.size(0)).unsqueeze(1);
    const Tensor wanted = scores.gather(1, own);
    scores.scatter_(1, own, -2.0);
    found += wanted.gt(scores.amax(1, /*keepdim=*/true)).sum().item<std::int64_t>();
  }
  return found;
}

class EmbeddingKind final : public LabelledKind<EmbeddingTask> {
 public:
  EmbeddingKind() : LabelledKind("embedding", labelled::LabelUse::embeddings) {}

  void read(SectionReader& task, const base::TomlTable& root, Recipe& recipe) const override {
    read_class_weights(task, labelled::LabelUse::embeddings);
    labelled::EmbeddingOptions embedding;
    take_defaults(task, starting_folder(root, recipe), embedding);
    labelled::for_each_embedding_option(
        embedding, [&](const base::Option& option, auto& value) { task.read(option, value); });
    base::at_place(fmt::format("[recipe] {}", task.where("pooling")),
                   [&] { pipeline::writable_poolings(embedding.pooling); });
    read_language_model(root, /*is_decoder=*/false, recipe);
    auto options = read_labelled_data(root, labelled::LabelUse::embeddings, recipe);
    options.embedding = embedding;
    recipe.options = options;
  }
  void validate(const Recipe& recipe) const override {
    LabelledKind::validate(recipe);
    const std::string& loss = embedding_options(recipe).loss;
    if (loss == "sim") validate_joint(recipe);
    const model::EncoderConfig& m = recipe.model;
    base::require(
        loss != "simcse" || m.hidden_dropout_prob > 0 || m.attention_probs_dropout_prob > 0,
        "[recipe] {}: expected model.hidden_dropout_prob or "
        "model.attention_probs_dropout_prob above 0 for task.loss = \"simcse\", which has "
        "nothing else to tell a text from itself by, but got 0",
        recipe.path.string());
  }
  std::vector<std::string> uses() const override {
    return {"roformer embed --model {} < lines.txt", "roformer similarity --model {} < pairs.tsv"};
  }

 private:
  // Pooling and scaling of a folder of sentence-transformers, where the recipe says nothing else.
  static void take_defaults(const SectionReader& task, const std::string& folder,
                            labelled::EmbeddingOptions& embedding) {
    if (folder.empty() || task.has("pooling")) return;
    const auto own = pipeline::read_sentence_folder(folder);
    if (!own) return;
    embedding.normalize = false;
    for (const pipeline::SentenceStep& step : own->steps) {
      base::require(
          step.kind == pipeline::SentenceStep::Kind::normalize,
          "[recipe] {}: expected a folder of sentence-transformers without a dense layer, "
          "which is not trained here, but {} has one; task.pooling leaves it out",
          task.where("pooling"), folder);
      embedding.normalize = true;
    }
    embedding.pooling.clear();
    for (const pipeline::Pooling pooling : own->poolings)
      embedding.pooling.push_back(pipeline::pooling_names()[static_cast<std::size_t>(pooling)]);
  }
  // A text is seen whole, its partner behind it from left to right.
  static void validate_joint(const Recipe& recipe) {
    const auto& embedding = embedding_options(recipe);
    const std::string where = recipe.path.string();
    base::require(
        embedding.pooling == std::vector<std::string>{"cls"} ||
            embedding.pooling == std::vector<std::string>{"pooler"},
        "[recipe] {}: expected task.pooling \"cls\" or \"pooler\" for task.loss = \"sim\" "
        "but got {}",
        where, fmt::join(embedding.pooling, ", "));
    base::require(recipe.model.attention == "softmax",
                  "[recipe] {}: expected softmax attention for task.loss = \"sim\" but got {}",
                  where, recipe.model.attention);
    base::require(
        recipe.model.type_vocab_size >= 2,
        "[recipe] {}: expected model.type_vocab_size of 2 or more for task.loss = \"sim\" "
        "but got {}",
        where, recipe.model.type_vocab_size);
    require_positions(recipe, 2 * options_of<labelled::LabelledOptions>(recipe).max_length,
                      "twice data.max_length");
  }
};

}  // namespace

namespace {

// A text that is alone in its batch has nothing to be told apart from: its loss is 0 whatever its
// vector is.
void require_others_in_batch(const Recipe& recipe, const labelled::EmbeddingCorpus& corpus) {
  const std::string& loss = embedding_options(recipe).loss;
  const bool has_negative = corpus.rows_of_example(Split::training) > 2;
  if (!corpus.learns() || loss == "cosine" || has_negative) return;
  for (const data::Stage& stage : recipe.training.stages)
    base::require(stage.batch_size != 1,
                  "[task] {}: expected batch_size of 2 or more in each [[stage]] for task.loss = "
                  "\"{}\", which compares the {} of a batch with each other, but got 1: nothing "
                  "would be learned, and accumulate puts no two together",
                  recipe.path.string(), loss,
                  embedding_options(recipe).learns_labels() ? "pairs" : "texts");
}

}  // namespace

const Kind& embedding_kind() {
  static const EmbeddingKind kind;
  return kind;
}

EmbeddingTask::EmbeddingTask(const Recipe& recipe,
                             std::shared_ptr<const labelled::EmbeddingCorpus> corpus,
                             std::shared_ptr<SentenceEncoder> encoder, torch::Device device)
    : ExampleTask(recipe, corpus, encoder->shared_module(), device),
      corpus_(std::move(corpus)),
      encoder_(std::move(encoder)),
      options_(embedding_options(recipe)) {
  require_others_in_batch(recipe, *corpus_);
  require_words(encoder_->encoder()->config(), corpus_->tokenizer());
}

void EmbeddingTask::save_model(const std::filesystem::path& folder) {
  encoder_->save(folder);
  corpus_->tokenizer().save(folder);
}

Tensor EmbeddingTask::vectors_of(const ExampleBatch& examples,
                                 const model::ForwardOptions& options) {
  const Tensor vectors = encoder_->vectors(on_device(examples.batch), options);
  return vectors.view({std::ssize(examples.examples), -1, vectors.size(1)});
}

Tensor EmbeddingTask::labels_of(const ExampleBatch& examples) const {
  std::vector<double> labels;
  for (const std::int64_t example : examples.examples)
    labels.push_back(corpus_->labels(examples.split)[static_cast<std::size_t>(example)]);
  return torch::tensor(labels, torch::kFloat64);
}

bool EmbeddingTask::has_loss(Split split) const {
  return options_.learns_labels() || !corpus_->has_labels(split);
}

SimilarityLoss EmbeddingTask::loss_of_vectors(const ExampleBatch& examples, const Tensor& vectors) {
  if (!has_loss(examples.split)) return {vectors.new_zeros({}), vectors.size(0), 0};
  if (!options_.learns_labels()) return in_batch_loss(vectors, options_.temperature);
  const Tensor cosines = pair_cosines(vectors);
  const Tensor labels = labels_of(examples);
  if (options_.loss == "cosine")
    return cosine_loss(cosines, (labels / options_.largest_label).to(device()));
  return cosent_loss(cosines, labels.to(device()), options_.temperature);
}

SimilarityLoss EmbeddingTask::joint_loss_of(const ExampleBatch& examples,
                                            const model::ForwardOptions& options, Tensor& vectors) {
  std::vector<std::span<const std::int32_t>> rows;
  for (const std::int64_t row : examples.rows)
    rows.push_back(corpus_->part(examples.split).ids(row));
  const JointLoss joint =
      joint_loss(*encoder_, both_orders(rows), options_.temperature, options, device());
  vectors = joint.vectors.view({std::ssize(examples.examples), 2, joint.vectors.size(1)});
  return joint.loss;
}

train::LossSum EmbeddingTask::loss_of(const ExampleBatch& examples,
                                      const model::ForwardOptions& options) {
  Tensor vectors;
  SimilarityLoss loss;
  if (options_.loss == "sim" && has_loss(examples.split)) {
    loss = joint_loss_of(examples, options, vectors);
  } else {
    vectors = vectors_of(examples, options);
    loss = loss_of_vectors(examples, vectors);
  }
  train::LossSum sum;
  sum.loss = loss.sum;
  sum.targets = loss.targets;
  sum.correct = loss.correct;
  sum.tokens = std::ssize(examples.batch.tokens);
  sum.negative_log_likelihood = sum.loss.item<double>();
  sum.outputs = kept(corpus_->has_labels(examples.split) ? pair_cosines(vectors) : vectors);
  return sum;
}

train::Metrics EmbeddingTask::figures(const train::Evaluated& evaluated) {
  const Split split = evaluated.split;
  train::Metrics figures;
  if (has_loss(split)) figures.emplace_back("loss", evaluated.score.loss());
  const Tensor outputs = torch::cat(evaluated.outputs);
  if (!corpus_->has_labels(split)) {
    if (corpus_->has_pairs(split))
      figures.emplace_back("retrieval_accuracy", static_cast<double>(count_found(outputs)) /
                                                     static_cast<double>(outputs.size(0)));
    return figures;
  }
  LabelAnswers answers{{}, numbers_of(outputs), 0};
  for (const ExampleBatch& batch : evaluated_batches(split)) {
    for (const std::int64_t example : batch.examples)
      answers.gold.push_back(corpus_->labels(split)[static_cast<std::size_t>(example)]);
  }
  for (auto& figure : label_figures(answers)) figures.push_back(std::move(figure));
  return figures;
}

train::DecidingFigure EmbeddingTask::deciding_figure() const {
  if (corpus_->has_labels(Split::validation)) return {"spearman", true};
  if (corpus_->has_pairs(Split::validation)) return {"retrieval_accuracy", true};
  return {};
}

}  // namespace roformer::task
