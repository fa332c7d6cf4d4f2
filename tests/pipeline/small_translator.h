// A small translation model with its tokenizer in a folder of its own.
#pragma once
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>
#include <string>

#include "roformer/checkpoint/translation_folder.h"
#include "roformer/text/subword_table.h"
#include "tests/checkpoint/temporary_folder.h"
#include "tests/generate/translation_models.h"
#include "tests/text/small_sentencepiece.h"

namespace roformer::pipeline {

// A folder with random weights and a hundred pieces.
class SmallTranslator {
 public:
  explicit SmallTranslator(const std::string& name, const std::string& encoding = "rotary",
                           std::int64_t pieces = 100, std::uint64_t seed = 5)
      : folder_("translate-" + name) {
    const auto tokenizer = text::sentencepiece_tokenizer(tests::small_sentencepiece(pieces));
    // Rows that no token has behind the vocabulary.
    position::EncodingSettings settings;
    settings.name = encoding;
    auto side = generate::translation_config(settings, tokenizer.vocabulary_size() + 3).encoder;
    side.max_position_embeddings = 24;
    side.layer_norm_eps = 1e-5;
    side.pad_token_id = tokenizer.pad_id();
    checkpoint::TranslationConfig config;
    config.model = model::both_sides(side);
    config.model.eos_token_id = tokenizer.end_id();
    config.model.decoder_start_token_id = tokenizer.pad_id();
    torch::manual_seed(seed);
    model::EncoderDecoder model(config.model);
    const torch::NoGradGuard no_gradient;
    model->output_bias()[0].slice(0, tokenizer.vocabulary_size()) += 30;
    checkpoint::save_translation_model(*model, config, folder());
    tokenizer.save(folder());
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  checkpoint::TemporaryFolder folder_;
};

}  // namespace roformer::pipeline
