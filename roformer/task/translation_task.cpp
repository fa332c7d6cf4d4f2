#include "roformer/task/translation_task.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/translation_folder.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/metric/translation_score.h"
#include "roformer/model/linear.h"
#include "roformer/pipeline/translate.h"
#include "roformer/task/kind.h"
#include "roformer/task/recipe_sections.h"
#include "roformer/task/text_material.h"

namespace roformer::task {
namespace {

model::EncoderDecoderConfig translation_config(const Recipe& recipe,
                                               const text::Tokenizer& tokenizer) {
  auto config = model::both_sides(with_vocabulary(recipe, tokenizer),
                                  options_of<TranslationOptions>(recipe).decoder_layers);
  config.eos_token_id = tokenizer.end_id();
  config.decoder_start_token_id = tokenizer.pad_id();  // as Marian starts
  model::validate(config);
  return config;
}

// Held-out pairs are not cut: a table of positions must have room for them.
void require_room(const model::EncoderConfig& side, const parallel::ParallelCorpus& corpus) {
  const auto limit = side.longest_sequence();
  if (!limit) return;
  const std::int64_t room = *limit - 1;  // and the end
  for (const auto split : {data::Split::validation, data::Split::test}) {
    for (std::int64_t i = 0; i < corpus.size(split); ++i) {
      const std::int64_t longest = static_cast<std::int64_t>(
          std::max(corpus.source_ids(split, i).size(), corpus.target_ids(split, i).size()));
      base::require(longest <= room,
                    "[task] expected held-out sentences of at most {} tokens "
                    "(model.max_position_embeddings of position_encoding {}) but pair {} of the {} "
                    "part has {}: take it out, or raise model.max_position_embeddings",
                    room, side.encoding.name, i + 1, data::split_name(split), longest);
    }
  }
}

// Held-out lines are translated whole, whatever is usual for lines that people type.
constexpr std::int64_t longest_source = 1 << 20;

// Section 4.1.2 of the paper; fairseq has neither decay nor clipping. A run too short for 4,000
// updates of warm-up takes a fifth of its own, where its steps are known before the text is.
void set_papers_training(train::TrainingOptions& training) {
  constexpr std::int64_t warmup = 4000;
  training.learning_rate = 5e-4;
  training.optimizer.beta2 = 0.98;
  training.optimizer.weight_decay = 0;
  training.optimizer.clip_norm = 0;
  training.schedule.kind = "inverse_sqrt";
  const std::int64_t total = training.schedule.total_steps;
  training.schedule.warmup_steps = total > 0 ? std::min(warmup, total / 5) : warmup;
  training.schedule.initial_ratio = 2e-4;
  training.keep_last = 5;  // what the paper averages
  training.keep_best = true;
}

// With the recipe's dropout.
model::EncoderDecoder load_starting_model(const Recipe& recipe) {
  const checkpoint::Folder folder(recipe.checkpoint);
  model::EncoderDecoderConfig config = folder.translation_config().model;
  take_dropout(recipe.model, config.encoder);
  take_dropout(recipe.model, config.decoder);
  require_recipe_model(recipe, config.encoder, folder.path());
  model::EncoderDecoder module(config);
  checkpoint::load_translation_weights(*module, folder.weights());
  return module;
}

model::EncoderDecoder starting_model(const Recipe& recipe, const text::Tokenizer& tokenizer) {
  if (!recipe.checkpoint.empty()) return load_starting_model(recipe);
  torch::manual_seed(base::derive(recipe.seed, base::SeedUse::weights));
  return model::EncoderDecoder(translation_config(recipe, tokenizer));
}

class TranslationKind final : public Kind {
 public:
  std::string_view name() const override { return "translation"; }

  void read(SectionReader& task, const base::TomlTable& root, Recipe& recipe) const override {
    TranslationOptions options;
    task.read({"label_smoothing", "fairseq's ε, section 4.1.2 of the paper", base::dropout_range()},
              options.label_smoothing);
    options.decoder_layers = read_translation_model(root, recipe);
    options.parallel = read_parallel_data(root, recipe);
    recipe.options = std::move(options);
  }

  bool has_length() const override { return false; }
  bool is_one_stack() const override { return false; }

  void set_defaults(Recipe& recipe) const override {
    set_papers_training(recipe.training);
    recipe.evaluation.sequences = 0;
  }

  void read_evaluate(SectionReader& reader, Recipe& recipe) const override {
    auto& options = std::any_cast<TranslationOptions&>(recipe.options);
    const char* sentences = "BLEU of the first so many; 0: none, -1: all";
    reader.read({"bleu_sentences", sentences, base::at_least(-1)}, options.bleu_sentences);
    reader.read({"beam_size", "of the search for BLEU"}, options.beam.beam_size);
    reader.read({"length_penalty", "section 4.1.2 of the paper"}, options.beam.length_penalty);
    base::at_place(fmt::format("[recipe] {}", reader.where("beam_size")),
                   [&] { generate::validate(options.beam); });
  }

  void validate(const Recipe& recipe) const override {
    const auto& options = options_of<TranslationOptions>(recipe);
    for (const auto& side :
         {recipe.model, model::both_sides(recipe.model, options.decoder_layers).decoder})
      require_sound(side, recipe.path.string());
    require_positions(recipe, options.parallel.max_length + 1, "data.max_length and the end");
  }

  std::vector<std::string> uses() const override {
    return {"roformer translate --model {} < lines.txt"};
  }

  std::shared_ptr<const Material> open(const Recipe& recipe,
                                       const std::filesystem::path& vocabulary) const override {
    auto options = options_of<TranslationOptions>(recipe).parallel;
    if (!vocabulary.empty()) {
      options.vocabulary = vocabulary.string();
      options.codes.clear();
    }
    return std::make_shared<const TextMaterial<TranslationTask>>(
        std::make_shared<const parallel::ParallelCorpus>(options,
                                                         static_cast<int>(recipe.threads)));
  }
};

}  // namespace

const Kind& translation_kind() {
  static const TranslationKind kind;
  return kind;
}

TranslationTask::TranslationTask(const Recipe& recipe,
                                 std::shared_ptr<const parallel::ParallelCorpus> corpus,
                                 model::EncoderDecoder model, torch::Device device)
    : ModelTask(recipe, std::move(model), device),
      source_(std::move(corpus), recipe.seed),
      options_(options_of<TranslationOptions>(recipe)) {
  const std::int64_t words = this->corpus().tokenizer().vocabulary_size();
  base::require(this->model()->config().encoder.vocab_size == words,
                "[task] expected a model of the vocabulary's {} words but got {}", words,
                this->model()->config().encoder.vocab_size);
}

model::EncoderDecoder TranslationTask::draw(const Recipe& recipe,
                                            const parallel::ParallelCorpus& corpus) {
  base::require(corpus.size(data::Split::training) > 0,
                "[task] expected pairs to learn from but got none: {}", corpus.summary());
  require_room(recipe.model, corpus);
  return starting_model(recipe, corpus.tokenizer());
}

model::EncoderDecoder TranslationTask::load(const Recipe& recipe, const parallel::ParallelCorpus&,
                                            const std::filesystem::path& folder) {
  auto loaded = checkpoint::load_translation_model(folder);
  require_recipe_model(recipe, loaded.config.model.encoder, folder);
  return loaded.module;
}

std::vector<data::PairBatch> TranslationTask::held_out_batches(data::Split split) const {
  base::require(
      corpus().size(split) > 0,
      "[task] expected one or more pairs to evaluate on in the {} part but got none: give "
      "data.{}_source and data.{}_target, or a larger data.{}_share",
      data::split_name(split), data::split_name(split), data::split_name(split),
      data::split_name(split));
  return source_.held_out_batches(split, evaluation().batch_tokens, evaluation().sequences);
}

train::LossSum TranslationTask::loss_of(const data::PairBatch& batch,
                                        const model::ForwardOptions& options) {
  const auto source = on_device(batch.source);
  const model::Memory memory{model()->encode(source, options), source.cu_seqlens};
  model::ForwardOptions of_target = options;
  of_target.memory = &memory;
  const auto [loss, likelihood, correct] =
      model()->loss(model()->decode(on_device(batch.target), of_target), on_device(batch.labels),
                    options_.label_smoothing);
  const std::int64_t targets = std::ssize(batch.labels);
  return {loss, likelihood, targets, correct, targets + std::ssize(batch.source.tokens)};
}

train::Metrics TranslationTask::figures(const train::Evaluated& evaluated) {
  const metric::TokenScore& score = evaluated.score;
  train::Metrics metrics = {{"loss", score.loss()},
                            {"negative_log_likelihood", score.negative_log_likelihood()},
                            {"perplexity", score.perplexity()},
                            {"accuracy", score.accuracy()}};
  if (options_.bleu_sentences != 0) metrics.emplace_back("bleu", bleu(evaluated.split));
  return metrics;
}

double TranslationTask::bleu(data::Split split) {
  const std::int64_t all = corpus().size(split);
  const bool whole = split == data::Split::test || options_.bleu_sentences < 0;
  const std::int64_t count = whole ? all : std::min(options_.bleu_sentences, all);
  std::vector<std::string> sources, references;
  for (std::int64_t i = 0; i < count; ++i) {
    sources.push_back(corpus().source_line(split, i));
    references.push_back(corpus().target_line(split, i));
  }
  pipeline::TranslateOptions options;
  options.search = options_.beam;
  options.device = device();
  options.compute_type = model::narrow_type_of(*model().ptr());
  options.max_source_length = longest_source;
  const pipeline::Translate translate({model().ptr()}, corpus().tokenizer(), options);
  std::vector<std::string> lines;
  for (const auto& answer : translate({sources, 1}))
    lines.push_back(answer.hypotheses.front().text);
  metric::BleuOptions scoring;
  scoring.lowercase = options_.parallel.lower_case;
  return metric::corpus_bleu(lines, {references}, scoring).score;
}

void TranslationTask::save_model(const std::filesystem::path& folder) {
  checkpoint::save_translation_model(*model(), {}, folder);
  corpus().tokenizer().save(folder);
}

void TranslationTask::load_model(const std::filesystem::path& folder) {
  checkpoint::load_translation_weights(*model(), checkpoint::open_weights(folder));
}

std::string TranslationTask::epoch() const {
  return fmt::format("{} pairs", corpus().size(data::Split::training));
}

}  // namespace roformer::task
