#include "roformer/task/sentence_encoder.h"

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/checkpoint/save.h"
#include "roformer/checkpoint/weight_names.h"
#include "roformer/head/label_head.h"
#include "roformer/head/registry.h"
#include "roformer/model/pooler.h"
#include "roformer/pipeline/pooling.h"
#include "roformer/pipeline/write_sentence_folder.h"

namespace roformer::task {

namespace fs = std::filesystem;
using pipeline::Pooling;
using torch::Tensor;

namespace {

// A trunk below the name that a model with a head has for it, so that rates by layer find it.
class NamedTrunk : public torch::nn::Module {
 public:
  explicit NamedTrunk(const model::Encoder& encoder) {
    register_module(encoder->config().model_type, encoder.ptr());
  }
};

// A language model whose trunk has a pooler.
class PooledLanguageModelImpl : public head::LanguageModelImpl {
 public:
  explicit PooledLanguageModelImpl(const model::EncoderConfig& config,
                                   const model::HeadConfig& head = {})
      : LanguageModelImpl(config, head, /*pooled=*/true) {}
};
TORCH_MODULE(PooledLanguageModel);

bool learns_words(const Recipe& recipe) {
  return embedding_options(recipe).loss == "sim";
}

bool asks_for_pooler(const Recipe& recipe) {
  return embedding_options(recipe).pooling == std::vector<std::string>{"pooler"};
}

// A pooler that a file has is kept, be it asked for or not.
bool has_pooler(const Recipe& recipe, const checkpoint::Folder& folder) {
  return asks_for_pooler(recipe) ||
         checkpoint::shapes_of_heads(folder.weights()).contains(head::pooler_weight);
}

void require_pooler(const Recipe& recipe, const std::vector<std::string>& missing,
                    const fs::path& folder) {
  for (const std::string& name : missing)
    base::require(!asks_for_pooler(recipe) || name.find("pooler") == std::string::npos,
                  "[task] {}: expected a pooler (pooler.dense) for task.pooling = \"pooler\" but "
                  "there is none",
                  folder.string());
}

std::shared_ptr<head::LanguageModelImpl> make_language_model(const model::EncoderConfig& config,
                                                             const model::HeadConfig& head,
                                                             bool pooled) {
  if (pooled) return PooledLanguageModel(config, head).ptr();
  return head::LanguageModel(config, head).ptr();
}

std::shared_ptr<model::EncoderImpl> make_trunk(const model::EncoderConfig& config,
                                               const model::HeadConfig& head, bool pooled) {
  if (pooled) return model::PooledEncoder(config, head).ptr();
  return model::Encoder(config).ptr();
}

// Whoever opens the folder that is written puts this before or behind each text; what is learned
// here has neither.
void require_plain(const pipeline::SentenceSettings& own, const text::Tokenizer& tokenizer,
                   const fs::path& folder) {
  const auto refuse = [&](bool is_so, const char* what) {
    base::require(!is_so,
                  "[task] {}: expected a folder of sentence-transformers without {}, which is not "
                  "trained with here, but got one",
                  folder.string(), what);
  };
  refuse(!own.default_prompt.empty(), "a default_prompt_name");
  refuse(own.dimensions != 0, "a truncate_dim");
  refuse(own.lower_case && !tokenizer.facts().lower_cases,
         "do_lower_case beside a tokenizer that keeps letters as they are");
}

pipeline::SentenceSettings plain_settings(const Recipe& recipe) {
  const labelled::EmbeddingOptions& embedding = embedding_options(recipe);
  pipeline::SentenceSettings settings;
  settings.poolings = pipeline::writable_poolings(embedding.pooling);
  if (embedding.normalize) settings.steps.push_back({});
  settings.max_length = options_of<labelled::LabelledOptions>(recipe).max_length;
  return settings;
}

}  // namespace

const labelled::EmbeddingOptions& embedding_options(const Recipe& recipe) {
  return options_of<labelled::LabelledOptions>(recipe).embedding;
}

SentenceEncoder::SentenceEncoder(const Recipe& recipe, model::Encoder encoder,
                                 std::shared_ptr<head::LanguageModelImpl> words,
                                 model::HeadConfig head)
    : encoder_(std::move(encoder)),
      words_(std::move(words)),
      head_(std::move(head)),
      settings_(plain_settings(recipe)) {
  if (words_)
    module_ = words_;
  else
    module_ = std::make_shared<NamedTrunk>(encoder_);
}

std::shared_ptr<SentenceEncoder> SentenceEncoder::draw(const Recipe& recipe,
                                                       const text::Tokenizer& tokenizer) {
  std::optional<checkpoint::Folder> folder;
  if (!recipe.checkpoint.empty()) folder.emplace(recipe.checkpoint);
  const bool pooled = folder ? has_pooler(recipe, *folder) : asks_for_pooler(recipe);
  std::shared_ptr<SentenceEncoder> made;
  if (learns_words(recipe)) {
    const auto words = make_starting_model(
        recipe, tokenizer, [&](const model::EncoderConfig& config, const model::HeadConfig& head) {
          return make_language_model(config, head, pooled);
        });
    made.reset(new SentenceEncoder(recipe, words->encoder(), words, words->head_config()));
  } else {
    model::HeadConfig own;
    const auto trunk = make_starting_model(
        recipe, tokenizer, [&](const model::EncoderConfig& config, const model::HeadConfig& head) {
          own = head;
          return make_trunk(config, head, pooled);
        });
    made.reset(new SentenceEncoder(recipe, model::Encoder(trunk), nullptr, own));
  }
  if (folder) made->take_settings(folder->path(), tokenizer);
  return made;
}

void SentenceEncoder::take_settings(const fs::path& folder, const text::Tokenizer& tokenizer) {
  const auto own = pipeline::read_sentence_folder(folder, settings_.poolings);
  if (!own) return;
  require_plain(*own, tokenizer, folder);
  settings_.prompts = own->prompts;
  settings_.similarity = own->similarity;
  settings_.lower_case = own->lower_case;
  settings_.is_unlimited = own->is_unlimited;
  if (own->max_length != 0) settings_.max_length = own->max_length;
}

std::shared_ptr<SentenceEncoder> SentenceEncoder::load(const Recipe& recipe, const fs::path& path) {
  const checkpoint::Folder folder(path);
  const bool pooled = asks_for_pooler(recipe);
  std::shared_ptr<SentenceEncoder> made;
  const auto check = [&](const auto& loaded) {
    require_recipe_model(recipe, loaded.config.encoder, path);
    require_pooler(recipe, loaded.report.missing, path);
    base::require(loaded.report.missing.empty(),
                  "[task] {}: expected all weights of the model but these are missing: {}",
                  path.string(), fmt::join(loaded.report.missing, ", "));
  };
  const auto of_words = [&](const auto& loaded) {
    check(loaded);
    const auto words = std::shared_ptr<head::LanguageModelImpl>(loaded.module.ptr());
    made.reset(new SentenceEncoder(recipe, words->encoder(), words, loaded.config.head));
  };
  const auto of_trunk = [&](const auto& loaded) {
    check(loaded);
    const auto trunk = std::shared_ptr<model::EncoderImpl>(loaded.module.ptr());
    made.reset(new SentenceEncoder(recipe, model::Encoder(trunk), nullptr, loaded.config.head));
  };
  if (learns_words(recipe))
    pooled ? of_words(checkpoint::load_model<PooledLanguageModel>(folder))
           : of_words(checkpoint::load_model<head::LanguageModel>(folder));
  else
    pooled ? of_trunk(checkpoint::load_model<model::PooledEncoder>(folder))
           : of_trunk(checkpoint::load_model<model::Encoder>(folder));
  return made;
}

Tensor SentenceEncoder::vectors(const packed::PackedBatch& batch,
                                const model::ForwardOptions& options) {
  return pipeline::pooled_states(encoder_, batch, settings_.poolings, 0, options);
}

Tensor SentenceEncoder::vectors_of_first(const Tensor& hidden) {
  if (settings_.poolings.back() != Pooling::pooler) return hidden;
  return encoder_->as<model::PooledEncoder>()->pool(hidden);
}

torch::nn::Module& SentenceEncoder::saved() const {
  if (words_) return *words_;
  return *encoder_.ptr();
}

void SentenceEncoder::save(const fs::path& folder) const {
  const model::EncoderConfig& config = encoder_->config();
  checkpoint::save_model(
      saved(),
      {.encoder = config,
       .head = head_,
       .architecture =
           words_ ? words_->class_name() : head::class_name(head::trunk_alone(), config.model_type),
       .source = {}},
      folder);
  std::optional<pipeline::PoolerWeights> pooler;
  if (settings_.poolings.back() == Pooling::pooler) {
    const auto parameters = encoder_->named_parameters();
    pooler = {parameters["pooler.dense.weight"], parameters["pooler.dense.bias"],
              head_.pooler_activation};
  }
  pipeline::write_sentence_folder(folder, settings_, config.hidden_size, pooler);
}

void SentenceEncoder::restore(const fs::path& folder) {
  restore_weights(saved(), folder);
}

}  // namespace roformer::task
