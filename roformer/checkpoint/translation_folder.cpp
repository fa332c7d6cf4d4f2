#include "roformer/checkpoint/translation_folder.h"

#include <utility>

#include "roformer/base/log.h"
#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/marian_names.h"
#include "roformer/checkpoint/save.h"

namespace roformer::checkpoint {
namespace {

LoadPlan plan_translation(const torch::nn::Module& module, const format::TensorSource& file) {
  return {module, file, MarianNames()};
}

}  // namespace

void load_translation_weights(model::EncoderDecoderImpl& module, const format::TensorSource& file) {
  plan_translation(module, file).run();
}

TranslationModel load_translation_model(const Folder& folder) {
  TranslationModel loaded;
  loaded.config = folder.translation_config();
  const Weights& file = folder.weights();
  require_plausible(loaded.config.model.encoder, file, {"encoder_layers", "model.encoder.layers"});
  require_plausible(loaded.config.model.decoder, file, {"decoder_layers", "model.decoder.layers"});
  loaded.unused = read_module(loaded.module, loaded.config.model, file, plan_translation).unused;
  if (!loaded.unused.empty())
    spdlog::warn("{}: config.json leaves {} tensors unused, {} the first", file.path().string(),
                 loaded.unused.size(), loaded.unused.front());
  return loaded;
}

void save_translation_model(const model::EncoderDecoderImpl& module,
                            const TranslationConfig& config, const std::filesystem::path& folder) {
  TranslationConfig saved = config;
  saved.model = module.config();
  save_checkpoint(weights_by_name(module, marian_names), format_translation_config(saved), folder);
}

}  // namespace roformer::checkpoint
