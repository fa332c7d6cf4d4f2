// A checkpoint folder with a random masked language model and a vocabulary of sixteen tokens.
#pragma once
#include <string>

#include "roformer/base/file.h"
#include "roformer/checkpoint/save.h"
#include "roformer/head/masked_language_model.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::pipeline {

class SmallCheckpoint {
 public:
  explicit SmallCheckpoint(const std::string& model_type) : folder_("pipeline-" + model_type) {
    config_.model_type = model_type;
    config_.encoding.name = model_type == "bert" ? "learned" : "rotary";
    config_.vocab_size = 16;
    config_.hidden_size = config_.embedding_size = 24;
    config_.num_hidden_layers = 2;
    config_.num_attention_heads = 2;
    config_.intermediate_size = 48;
    config_.max_position_embeddings = 16;
    const torch::NoGradGuard no_grad;
    torch::manual_seed(11);
    model_ = head::MaskedLanguageModel(config_);
    for (torch::Tensor& parameter : model_->parameters())
      parameter.add_(0.1 * torch::randn_like(parameter));
    model_->eval();
    checkpoint::save_model(*model_, config_, folder());
    base::write_file_atomically(folder() / "vocab.txt",
                                "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\nsat\non\nmat\n.\n##"
                                "s\na\ndog\nran\n##ning\n");
  }

  const std::filesystem::path& folder() const { return folder_.path(); }
  const model::EncoderConfig& config() const { return config_; }
  head::MaskedLanguageModel model() const { return model_; }

 private:
  checkpoint::TemporaryFolder folder_;
  model::EncoderConfig config_;
  head::MaskedLanguageModel model_{nullptr};
};

}  // namespace roformer::pipeline
