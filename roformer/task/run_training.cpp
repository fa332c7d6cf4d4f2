#include "roformer/task/run_training.h"

#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/base/random.h"
#include "roformer/task/masked_language_task.h"
#include "roformer/train/training_report.h"

namespace roformer::task {

std::shared_ptr<const data::Corpus> open_corpus(const Recipe& recipe) {
  auto corpus = std::make_shared<const data::Corpus>(recipe.data, static_cast<int>(recipe.threads));
  spdlog::info("data: {}", corpus->summary());
  return corpus;
}

namespace {

void describe(const Recipe& recipe, const MaskedLanguageTask& task, std::int64_t parameters) {
  const auto& stage = recipe.training.stages.front();
  spdlog::info("{}: {:.1f} M parameters, {} steps, {} sequences of {} tokens an epoch", recipe.name,
               static_cast<double>(parameters) / 1e6, train::total_steps(recipe.training.stages),
               task.source().num_sequences(stage.length), stage.length);
}

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

// What the run learns from: other text or another vocabulary under the same names must not be gone on with.
std::string fingerprint(const data::Corpus& corpus) {
  std::uint64_t sum = 0;
  for (const auto split : {data::Split::training, data::Split::validation}) {
    corpus.for_each_document(split, [&](std::span<const std::int32_t> ids) {
      sum = base::derive(sum, ids.size());
      for (const std::int32_t id : ids)
        sum = (sum ^ static_cast<std::uint64_t>(id)) * 0x100000001B3ull;  // FNV-1a's prime
    });
  }
  const text::Tokenizer& tokenizer = corpus.tokenizer();
  for (std::int64_t id = 0; id < tokenizer.vocabulary_size(); ++id) {
    const std::string& token = tokenizer.id_to_token(static_cast<std::int32_t>(id));
    for (const char c : token) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    sum = base::derive(sum, token.size());
  }
  return fmt::format("{:016x}", sum);
}

}  // namespace

train::Outcome run_training(const Recipe& recipe, std::shared_ptr<const data::Corpus> corpus,
                            train::RunFolder& folder, torch::Device device) {
  train::TrainingOptions training = recipe.training;
  training.recipe["data (content of the text and vocabulary)"] = fingerprint(*corpus);
  auto model = fresh_model(recipe, corpus->tokenizer());
  MaskedLanguageTask task(recipe, std::move(corpus), std::move(model), device);
  describe(recipe, task, count_parameters(task.module()));
  train::Trainer trainer(task, std::move(training), folder);
  const std::string recipe_text = recipe.resolved.to_toml();
  base::write_file_atomically(folder.path() / "recipe.toml", recipe_text);
  const auto outcome = trainer.run();
  train::write_training_report(folder.path(), recipe.name, recipe_text);
  return outcome;
}

}  // namespace roformer::task
