// A checkpoint folder with a random masked language model and a vocabulary of sixteen tokens, and lines
// of text for it.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/checkpoint/save.h"
#include "roformer/head/language_model.h"
#include "roformer/packed/pack.h"
#include "roformer/text/tokenizer.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::pipeline {

inline const std::vector<std::string> kTexts{"the [MASK] sat on a [MASK] .",
                                             "",
                                             "no mask at all",
                                             "[MASK]",
                                             "the cat sat on a mat . running dogs",
                                             "a dog ran . [MASK] [MASK]"};

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
    model_ = head::LanguageModel(config_);
    for (torch::Tensor& parameter : model_->parameters())
      parameter.add_(0.1 * torch::randn_like(parameter));
    model_->eval();
    checkpoint::save_model(*model_, folder());
    base::write_file_atomically(folder() / "vocab.txt",
                                "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\nsat\non\nmat\n.\n##"
                                "s\na\ndog\nran\n##ning\n");
  }

  const std::filesystem::path& folder() const { return folder_.path(); }
  const model::EncoderConfig& config() const { return config_; }
  head::LanguageModel model() const { return model_; }
  text::Tokenizer tokenizer() const { return text::Tokenizer::load(folder()); }

  /// Hidden states (T, H) of one line, of segment `segment`.
  torch::Tensor hidden_of(const std::string& text, std::int64_t segment = 0) const {
    const torch::NoGradGuard no_grad;
    const auto ids = tokenizer().encode(text).ids;
    const auto row = torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end())).unsqueeze(0);
    return model()->encoder()->forward(
        packed::pack({.input_ids = row, .token_type_ids = torch::full_like(row, segment)}).batch);
  }

  /// The first number of a row of the encoder's parameters becomes none, in model() alone.
  void spoil(const std::string& parameter, std::int64_t row, float number) {
    const torch::NoGradGuard no_grad;
    model_->encoder()->named_parameters()[parameter][row][0] = number;
  }

 private:
  checkpoint::TemporaryFolder folder_;
  model::EncoderConfig config_;
  head::LanguageModel model_{nullptr};
};

}  // namespace roformer::pipeline
