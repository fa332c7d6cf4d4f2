#include "roformer/task/causal_language_task.h"

#include <cmath>
#include <numbers>

#include "roformer/base/error.h"
#include "roformer/task/recipe_sections.h"
#include "roformer/task/text_material.h"

namespace roformer::task {
namespace {

class CausalLanguageKind final : public LanguageKind {
 public:
  CausalLanguageKind() : LanguageKind("causal_lm", data::DataUse::causal_language) {}

  void read_evaluate(SectionReader& reader, Recipe& recipe) const override {
    EvaluationOptions& e = recipe.evaluation;
    const char* passage =
        "tokens of the passages that sequences are cut from: lengths that divide it score the same "
        "text, as long as sequences * length is the same; 0: one sequence each";
    reader.read_if_given({"passage", passage, base::at_least(0)}, e.passage);
    base::require(e.passage % e.length == 0,
                  "[recipe] {}: expected a multiple of evaluate.length, {}, but got {}",
                  reader.where("passage"), e.length, e.passage);
  }

  std::vector<std::string> uses() const override {
    return {
        "echo 'It is ' | roformer generate --model {} --temperature 0.8 --top-p 0.95 "
        "--max-new-tokens 60"};
  }

  std::shared_ptr<const Material> open(const Recipe& recipe,
                                       const std::filesystem::path& vocabulary) const override {
    return std::make_shared<const TextMaterial<CausalLanguageTask>>(data::open_token_stream(
        text_options(recipe, vocabulary), static_cast<int>(recipe.threads)));
  }
};

// Less than one whole sequence would be learned by heart, step for step.
void require_text_to_learn(const Recipe& recipe, const data::TokenStream& stream) {
  const std::int64_t targets = stream.size(data::Split::training) - 1;
  for (std::size_t i = 0; i < recipe.training.stages.size(); ++i) {
    const std::int64_t length = recipe.training.stages[i].length;
    base::require(targets >= length,
                  "[task] {}: data.text: expected at least one sequence of {} tokens "
                  "(stage.{}.length) to learn from but got {}: give more text or a shorter "
                  "stage.{}.length",
                  recipe.path.string(), length, i, std::max<std::int64_t>(0, targets), i);
  }
}

// Words are the folder's own (text_options); bytes must have the same ids there.
void require_same_tokens(const Recipe& recipe, const data::TokenStream& stream,
                         const std::filesystem::path& folder) {
  const bool bytes = options_of<data::DataOptions>(recipe).is_bytes();
  const text::Tokenizer tokenizer = bytes ? text::Tokenizer::load(folder) : stream.tokenizer();
  require_kind_of_tokens(recipe, tokenizer, folder);
  const auto wanted = stream.tokenizer().facts().first_byte_id;
  base::require(tokenizer.facts().first_byte_id == wanted,
                "[task] {}: expected a tokenizer whose bytes begin at {} but got {}, whose begin "
                "at {}",
                folder.string(), wanted.value_or(0), tokenizer.facts().tokenizer_class,
                tokenizer.facts().first_byte_id.value_or(0));
}

void require_held_out(const data::TokenStream& stream, data::Split split) {
  const std::int64_t tokens = stream.size(split);
  base::require(tokens >= 2,
                "[task] expected two or more {} to evaluate on in the {} part of the text but got "
                "{}: give more text, a larger data.{}_share, or data.{}_text",
                stream.is_bytes() ? "bytes" : "tokens", data::split_name(split), tokens,
                data::split_name(split), data::split_name(split));
}

}  // namespace

const Kind& causal_language_kind() {
  static const CausalLanguageKind kind;
  return kind;
}

CausalLanguageTask::CausalLanguageTask(const Recipe& recipe,
                                       std::shared_ptr<const data::TokenStream> stream,
                                       head::LanguageModel model, torch::Device device)
    : HeadTask(recipe, std::move(model), stream->tokenizer(), device),
      source_(std::move(stream), recipe.seed) {}

head::LanguageModel CausalLanguageTask::draw(const Recipe& recipe,
                                             const data::TokenStream& stream) {
  require_text_to_learn(recipe, stream);
  require_held_out(stream, data::Split::validation);
  if (!recipe.checkpoint.empty()) require_same_tokens(recipe, stream, recipe.checkpoint);
  return starting_model<head::LanguageModel>(recipe, stream.tokenizer());
}

head::LanguageModel CausalLanguageTask::load(const Recipe& recipe, const data::TokenStream& stream,
                                             const std::filesystem::path& folder) {
  auto model = load_recipe_model<head::LanguageModel>(recipe, folder, "causal language model");
  require_same_tokens(recipe, stream, folder);
  return model;
}

std::vector<data::CausalBatch> CausalLanguageTask::held_out_batches(data::Split split) const {
  require_held_out(source_.stream(), split);
  return source_.held_out_batches(split, evaluation().length, evaluation().batch_tokens,
                                  evaluation().sequences, evaluation().passage);
}

train::LossSum CausalLanguageTask::loss_of(const data::CausalBatch& causal,
                                           const model::ForwardOptions& options) {
  const auto hidden = model()->encoder()->forward(on_device(causal.batch), options);
  const auto [loss, likelihood, correct] = model()->loss(hidden, on_device(causal.labels));
  const std::int64_t tokens = std::ssize(causal.labels);
  return {loss, likelihood, tokens, correct, tokens};
}

LabelledTokens CausalLanguageTask::labelled(const train::MicroBatch& batch) const {
  const auto& causal = std::any_cast<const data::CausalBatch&>(batch);
  return {on_device(causal.batch), torch::arange(std::ssize(causal.labels), device()),
          on_device(causal.labels)};
}

train::Metrics CausalLanguageTask::figures(const train::Evaluated& evaluated) {
  const metric::TokenScore& score = evaluated.score;
  train::Metrics metrics = {{"loss", score.loss()}, {"accuracy", score.accuracy()}};
  if (source_.stream().is_bytes()) {
    metrics.emplace_back("bits_per_character", score.loss() / std::numbers::ln2);
  } else {
    metrics.emplace_back("perplexity", std::exp(score.loss()));
  }
  return metrics;
}

}  // namespace roformer::task
