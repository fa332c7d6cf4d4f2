// A small translation model with its tokenizer in a folder of its own.
#pragma once
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>
#include <string>

#include "roformer/checkpoint/translation_folder.h"
#include "roformer/text/subword_table.h"
#include "tests/checkpoint/temporary_folder.h"
#include "tests/text/small_sentencepiece.h"

namespace roformer::pipeline {

// A folder with random weights and a hundred pieces.
class SmallTranslator {
 public:
  explicit SmallTranslator(const std::string& name, const std::string& encoding = "rotary",
                           std::int64_t pieces = 100, std::uint64_t seed = 5)
      : folder_("translate-" + name) {
    const auto tokenizer = text::sentencepiece_tokenizer(tests::small_sentencepiece(pieces));
    model::EncoderConfig side;
    side.vocab_size = tokenizer.vocabulary_size() + 3;  // rows that no token has
    side.hidden_size = side.embedding_size = 32;
    side.num_attention_heads = 4;
    side.num_hidden_layers = 2;
    side.intermediate_size = 48;
    side.hidden_act = "relu";
    side.max_position_embeddings = 24;
    side.type_vocab_size = 0;
    side.embedding_norm = false;
    side.scale_embeddings = true;
    side.layer_norm_eps = 1e-5;
    side.pad_token_id = tokenizer.pad_id();
    side.encoding.name = encoding;
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
